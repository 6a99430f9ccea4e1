//! Nothing outgrows what one can read or clone, and nothing that is built or installed is tracked.

use super::finding::Finding;

const MAX_LINES: usize = 600;
const MAX_BYTES: usize = 1024 * 1024;
/// A file that is longer says so, and why, in its first lines.
const EXCUSE: &str = "long file:";
const EXCUSE_WITHIN_LINES: usize = 10;

pub(super) fn check_bytes(path: &str, bytes: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    if bytes > MAX_BYTES {
        let problem = format!("has {bytes} bytes, more than {MAX_BYTES}");
        findings.push(Finding::new(path, 0, problem, "make it in a test or at set-up instead of keeping it"));
    }
    if path.split('/').any(|part| matches!(part, "node_modules" | "target")) {
        let remedy = "add its directory to .gitignore, and `git rm --cached` it";
        findings.push(Finding::new(path, 0, "is built or installed, not written", remedy));
    }
    findings
}

pub(super) fn check_lines(path: &str, text: &str) -> Option<Finding> {
    let is_source = [".rs", ".ts", ".tsx"].iter().any(|ending| path.ends_with(ending));
    let count = text.lines().count();
    if !is_source || count <= MAX_LINES {
        return None;
    }
    let excuse = |line: &str| line.split_once(EXCUSE).is_some_and(|(_, reason)| !reason.trim().is_empty());
    if text.lines().take(EXCUSE_WITHIN_LINES).any(excuse) {
        return None;
    }
    let problem = format!("has {count} lines, more than {MAX_LINES}");
    Some(Finding::new(path, 0, problem, "split it, or say at its top `long file: <why it must be>`"))
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
    fn long_files_that_say_why_pass() {
        let rest = "x\n".repeat(600);
        assert_eq!(check_lines("a.rs", &format!("//! A\n//! long file: one table\n{rest}")), None);
        assert!(check_lines("a.rs", &format!("// long file:\n{rest}")).is_some());
        assert!(check_lines("a.rs", &format!("{rest}// long file: too late\n")).is_some());
    }

    #[test]
    fn heavy_files_are_found() {
        assert_eq!(check_bytes("a.bin", 1024 * 1024).len(), 0);
        assert_eq!(check_bytes("a.bin", 1024 * 1024 + 1).len(), 1);
    }

    #[test]
    fn what_is_built_or_installed_is_found() {
        assert_eq!(check_bytes("wasm-pkg/node_modules/a/index.js", 1).len(), 1);
        assert_eq!(check_bytes("target/debug/a", 1).len(), 1);
        assert_eq!(check_bytes("docs/targets.md", 1).len(), 0);
    }
}
