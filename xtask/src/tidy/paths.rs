//! Files with special treatment.

/// The directory of the rules, whose sources contain the texts that the rules search for.
const TIDY: &str = "xtask/src/tidy/";

/// Returns whether a file is a source of the rules.
pub(super) fn is_rule(path: &str) -> bool {
    path.starts_with(TIDY)
}

/// Returns whether a file contains only tests.
pub(super) fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_recognised_by_their_place() {
        for path in ["tests/src/lib.rs", "api/tests/x.rs", "api/src/x/tests.rs"] {
            assert!(is_test(path), "{path}");
        }
        for path in ["api/src/test.rs", "api/src/my_tests.rs"] {
            assert!(!is_test(path), "{path}");
        }
    }
}
