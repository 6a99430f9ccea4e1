//! Each function that creates a principal is called in one file only, so that no handler creates a principal by hand.

use super::{finding::Finding, paths, rust_source::RustSource};

/// The file that defines the functions.
const DEFINITION: &str = "crates/caller/src/principal.rs";

/// The functions, and the only file that may call each of them.
const CREATORS: [(&str, &str); 4] = [
    ("for_rest_extractor", "control/src/routes/extract.rs"),
    ("for_server_functions", "dashboard-leptos/src/server/context.rs"),
    ("for_import_command", "crates/import/src/run.rs"),
    ("for_example_data", "control/src/demo/fill.rs"),
];

const REMEDY: &str =
    "a principal comes from the extractor of the routes or of the server functions: take it as an argument";

pub(super) fn check(path: &str, source: &RustSource) -> Vec<Finding> {
    if path == DEFINITION || paths::is_rule(path) || paths::is_test(path) {
        return Vec::new();
    }
    let found = source.lines().flat_map(|(line, code)| {
        let elsewhere = CREATORS.iter().filter(|(name, file)| code.contains(name) && path != *file);
        elsewhere.map(move |(name, _)| {
            Finding::new(path, line, format!("creates a principal by `{name}`"), REMEDY)
        })
    });
    found.collect()
}

/// Checks that the functions exist, and that the files which may call them do. `read` returns the text of a file.
pub(super) fn check_creators<'a>(read: impl Fn(&str) -> Option<&'a str>) -> Vec<Finding> {
    let contains = |path: &str, text: &str| read(path).is_some_and(|file| file.contains(text));
    let is_stale =
        |(name, file): &&(&str, &str)| !contains(DEFINITION, &format!("fn {name}(")) || !contains(file, name);
    let stale = CREATORS.iter().filter(is_stale).map(|(name, file)| {
        let problem = format!("does not call `{name}` of {DEFINITION}, as a rule says");
        Finding::new(file, 0, problem, "write the new name or path into xtask/src/tidy/principals.rs")
    });
    stale.collect()
}

#[cfg(test)]
mod tests {
    use super::{super::finding::lines, *};

    fn found(path: &str) -> Vec<usize> {
        let text = "// for_rest_extractor\nlet principal = Principal::for_rest_extractor();";
        lines(&check(path, &RustSource::parse(text)))
    }

    #[test]
    fn a_principal_that_a_handler_creates_is_found() {
        assert_eq!(found("control/src/routes/environments/write.rs"), [2]);
        assert_eq!(found("dashboard-leptos/src/server/context.rs"), [2]);
    }

    #[test]
    fn a_rule_about_a_renamed_function_is_found() {
        let definition = CREATORS.map(|(name, _)| format!("fn {name}(")).concat();
        let calls = CREATORS.map(|(name, _)| format!("Principal::{name}()")).concat();
        let read = |path: &str| if path == DEFINITION { &definition } else { &calls };
        assert_eq!(check_creators(|path| Some(read(path))), []);
        assert_eq!(check_creators(|_| Some("fn for_others()")).len(), CREATORS.len());
        let moved = CREATORS[0].1;
        let found = check_creators(|path| (path != moved).then(|| read(path).as_str()));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, moved);
    }

    #[test]
    fn the_extractor_and_tests_create_principals() {
        for path in ["control/src/routes/extract.rs", "control/tests/history.rs", DEFINITION] {
            assert_eq!(found(path), [0; 0], "{path}");
        }
    }
}
