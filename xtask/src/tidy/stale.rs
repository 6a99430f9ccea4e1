//! Rules that name a file, a directory or a module which no longer exists. Such a rule finds nothing.

use super::finding::Finding;

/// Returns a finding for each path of a rule that is neither a file, nor a directory, nor a module without its `.rs`.
pub(super) fn check(rules: &[&str], files: &[&str]) -> Vec<Finding> {
    let exists = |path: &str| {
        let path = path.trim_end_matches('/');
        files.iter().any(|file| {
            file.strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest == ".rs" || rest.starts_with('/'))
        })
    };
    let missing = rules.iter().filter(|path| !exists(path));
    let remedy = "the file was moved or deleted: write its new path into the rule, in xtask/src/tidy";
    missing.map(|path| Finding::new(path, 0, "is named by a rule, but does not exist", remedy)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_about_a_moved_file_is_found() {
        let files = ["engine/src/processor.rs", "control/src/store/rows.rs", "control/src/live.rs"];
        let named =
            ["engine/src/processor.rs", "control/src/store/", "control/src/store", "control/src/live"];
        assert_eq!(check(&named, &files), []);
        for moved in ["engine/src/old.rs", "control/src/stores", "control/src/sto", "crates/store/"] {
            let found = check(&[moved], &files);
            assert_eq!(found.len(), 1, "{moved}");
            assert_eq!(found[0].path, moved);
        }
    }
}
