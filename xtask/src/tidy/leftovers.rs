//! Unfinished code, and tests that do not run.

use super::{finding::Finding, rust_source::RustSource};

/// The calls and options with which tests in JavaScript do not run, or keep others from running.
const IDLE_TESTS: [&str; 8] =
    [".skip(", ".todo(", ".only(", "skip: true", "todo: true", "only: true", "skip: \"", "todo: \""];

/// Checks tests in JavaScript.
pub(super) fn check_script(path: &str, text: &str) -> Vec<Finding> {
    if ![".test.mjs", ".test.ts", ".test.tsx"].iter().any(|ending| path.ends_with(ending)) {
        return Vec::new();
    }
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let idle = (1..).zip(text.lines()).filter(|(_, line)| code(line));
    let idle = idle.filter(|(_, line)| IDLE_TESTS.iter().any(|call| line.contains(call)));
    let remedy = "run the test, or delete it; move slow measurements to a benchmark";
    idle.map(|(line, _)| Finding::new(path, line, "keeps a test from running", remedy)).collect()
}

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
    fn tests_in_javascript_that_do_not_run_are_found() {
        let text =
            "test.skip(\"a\");\ntest(\"b\", { skip: true });\n// test.skip(\ntest(\"c\");\nit.only(\"d\");";
        assert_eq!(lines(&check_script("tests/js/worker/a.test.mjs", text)), [1, 2, 5]);
        assert_eq!(check_script("tests/js/worker/support.mjs", text), []);
        assert_eq!(check_script("a.test.ts", "expect(list.skipped).toBe(2);"), []);
    }

    #[test]
    fn examples_that_do_not_run_are_found() {
        assert_eq!(found("/// ```ignore\n/// a\n/// ```\n//! ```ignore\n"), [1, 4]);
        assert_eq!(found("/// ```no_run\n/// ignore\n/// ```"), [0; 0]);
    }
}
