//! Unfinished code, and tests that do not run.

use super::{finding::Finding, rust_source::RustSource};

pub(super) fn check(path: &str, text: &str, source: &RustSource) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, code) in source.lines() {
        let mut find = |problem, remedy| findings.push(Finding::new(path, line, problem, remedy));
        if code.contains("todo!(") || code.contains("unimplemented!(") {
            find("is unfinished code", "finish the code, or return an error that says what is missing");
        }
        if code.contains("#[ignore") || (code.contains("cfg_attr(") && code.contains("ignore")) {
            find("ignores a test", "run the test, or delete it; move slow measurements to a benchmark");
        }
    }
    for (line, comment) in (1..).zip(text.lines()) {
        let doc = comment.trim_start().strip_prefix("//").and_then(|doc| doc.strip_prefix(['/', '!']));
        if doc.is_some_and(|doc| doc.trim_start().starts_with("```ignore")) {
            let remedy = "run the example, or mark it `no_run`, `compile_fail` or `text`";
            findings.push(Finding::new(path, line, "ignores an example", remedy));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{super::finding::lines, *};

    fn found(text: &str) -> Vec<usize> {
        lines(&check("api/src/x.rs", text, &RustSource::parse(text)))
    }

    #[test]
    fn unfinished_code_is_found() {
        assert_eq!(found("a();\ntodo!();\nb(unimplemented!(\"c\"));"), [2, 3]);
        assert_eq!(found("// todo!()\nf(\"unimplemented!()\"); my_todo();"), [0; 0]);
    }

    #[test]
    fn tests_that_do_not_run_are_found() {
        assert_eq!(found("#[test]\n#[ignore]\nfn a() {}\n#[ignore = \"slow\"]\nfn b() {}"), [2, 4]);
        assert_eq!(found("#[cfg_attr(windows, ignore)]"), [1]);
        assert_eq!(found("#[test]\nfn ignored_fields_pass() {} // #[ignore]"), [0; 0]);
    }

    #[test]
    fn examples_that_do_not_run_are_found() {
        assert_eq!(found("/// ```ignore\n/// a\n/// ```\n//! ```ignore\n"), [1, 4]);
        assert_eq!(found("/// ```no_run\n/// ignore\n/// ```"), [0; 0]);
    }
}
