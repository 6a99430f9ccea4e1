//! Limits for the length and size of files, and no built or installed files in the repository.

use super::finding::Finding;

const MAX_LINES: usize = 600;
const MAX_BYTES: usize = 1024 * 1024;
/// The comment with which a longer file gives a reason, in its first lines.
const REASON: &str = "long file:";
const REASON_WITHIN_LINES: usize = 10;

pub(super) fn check_bytes(path: &str, bytes: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    if bytes > MAX_BYTES {
        let problem = format!("has {bytes} bytes, more than {MAX_BYTES}");
        findings.push(Finding::new(path, 0, problem, "generate the file in a test or at set-up"));
    }
    if path.split('/').any(|part| matches!(part, "node_modules" | "target")) {
        let remedy = "add its directory to .gitignore, and run `git rm --cached`";
        findings.push(Finding::new(path, 0, "is a built or installed file", remedy));
    }
    findings
}

pub(super) fn check_lines(path: &str, text: &str) -> Option<Finding> {
    let is_source = [".rs", ".ts", ".tsx"].iter().any(|ending| path.ends_with(ending));
    let count = text.lines().count();
    if !is_source || count <= MAX_LINES {
        return None;
    }
    let has_reason =
        |line: &str| line.split_once(REASON).is_some_and(|(_, reason)| !reason.trim().is_empty());
    if text.lines().take(REASON_WITHIN_LINES).any(has_reason) {
        return None;
    }
    let problem = format!("has {count} lines, more than {MAX_LINES}");
    Some(Finding::new(path, 0, problem, "split the file, or write `long file: <reason>` at its top"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_found() {
        let (enough, too_long) = ("x\n".repeat(600), "x\n".repeat(601));
        assert_eq!(check_lines("a.rs", &enough), None);
        for path in ["a.rs", "a/b.ts", "a/b.tsx"] {
            assert!(check_lines(path, &too_long).is_some(), "{path}");
        }
        assert_eq!(check_lines("vectors.json", &too_long), None);
    }

    #[test]
    fn long_files_with_a_reason_pass() {
        let rest = "x\n".repeat(600);
        assert_eq!(check_lines("a.rs", &format!("//! A\n//! long file: one table\n{rest}")), None);
        assert!(check_lines("a.rs", &format!("// long file:\n{rest}")).is_some());
        assert!(check_lines("a.rs", &format!("{rest}// long file: too late\n")).is_some());
    }

    #[test]
    fn large_files_are_found() {
        assert_eq!(check_bytes("a.bin", 1024 * 1024).len(), 0);
        assert_eq!(check_bytes("a.bin", 1024 * 1024 + 1).len(), 1);
    }

    #[test]
    fn built_and_installed_files_are_found() {
        assert_eq!(check_bytes("wasm-pkg/node_modules/a/index.js", 1).len(), 1);
        assert_eq!(check_bytes("target/debug/a", 1).len(), 1);
        assert_eq!(check_bytes("docs/targets.md", 1).len(), 0);
    }
}
