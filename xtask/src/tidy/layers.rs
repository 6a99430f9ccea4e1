//! SQL only in stores, no HTTP in services and stores, and neither clock nor I/O in the engine.

use super::{finding::Finding, paths, rust_source::RustSource};

/// The directories with SQL, and without HTTP.
const STORES: [&str; 3] = ["control/src/store/", "crates/database/src/", "crates/import/src/reference/"];
/// The directories without HTTP whose errors are those of the API.
const SERVICES: [&str; 2] = ["control/src/services/", "control/src/publisher/"];
const OBJECTS: &str = "crates/objects/src/";
const ENGINE: &str = "engine/src/";
/// The only file of the engine that uses `std`, behind the feature `std`.
const PROCESSOR: &str = "engine/src/processor.rs";

pub(super) fn check(path: &str, source: &RustSource) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_store = STORES.iter().any(|store| path.starts_with(store));
    if !is_store && !paths::is_rule(path) && !paths::is_test(path) {
        let remedy =
            "move the SQL to control/src/store, crates/database or the import's reference, and call it there";
        findings.extend(mentions(path, source, &["sqlx"], remedy));
        let statements = source.literals.iter().filter(|(_, text)| is_sql(text));
        findings.extend(
            statements.map(|(line, _)| Finding::new(path, *line, "contains an SQL statement", remedy)),
        );
    }
    if is_store {
        let remedy =
            "a store must not use HTTP: return an error of the store, and let the route choose the status";
        findings.extend(mentions(path, source, &["axum", "http::", "StatusCode"], remedy));
    }
    if SERVICES.iter().any(|service| path.starts_with(service)) {
        let remedy =
            "a service must not use HTTP: return a value or an error of the API, and let the route respond";
        findings.extend(mentions(path, source, &["axum", "edgewise_http", "StatusCode"], remedy));
    }
    if path.starts_with(OBJECTS) {
        let remedy = "an object store must not use the HTTP server";
        findings.extend(mentions(path, source, &["axum"], remedy));
    }
    if path.starts_with(ENGINE) && path != PROCESSOR {
        let remedy =
            "the engine must not use std, clock or I/O: use core or alloc, or pass the value as an argument";
        findings.extend(mentions(path, source, &["std::", "extern crate std"], remedy));
    }
    findings
}

/// Returns the files and directories that rules name.
pub(super) fn rule_paths() -> Vec<&'static str> {
    [&STORES[..], &SERVICES, &[OBJECTS, ENGINE, PROCESSOR]].concat()
}

/// Returns a finding for each line of code that contains one of `words`.
fn mentions<'a>(
    path: &'a str,
    source: &'a RustSource,
    words: &'a [&'a str],
    remedy: &'static str,
) -> impl Iterator<Item = Finding> + 'a {
    source.lines().flat_map(move |(line, code)| {
        let found = words.iter().filter(move |word| has_word(code, word));
        found.map(move |word| Finding::new(path, line, format!("mentions `{word}`"), remedy))
    })
}

/// Returns whether `code` contains `word`, not as a part of a longer name.
fn has_word(code: &str, word: &str) -> bool {
    let in_name = |char: char| char.is_alphanumeric() || char == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        let after = code.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(in_name) && (word.ends_with(':') || !after.is_some_and(in_name))
    })
}

fn is_sql(text: &str) -> bool {
    let statement = |verb: &str, then: &str| {
        text.match_indices(verb).any(|(at, _)| {
            let begins = text.get(..at).is_none_or(|before| !before.ends_with(char::is_alphanumeric));
            begins && text.get(at + verb.len()..).is_some_and(|rest| rest.contains(then))
        })
    };
    ["SELECT ", "SELECT\n", "INSERT INTO ", "DELETE FROM "].iter().any(|verb| statement(verb, ""))
        || statement("UPDATE ", "SET ")
}

#[cfg(test)]
mod tests {
    use super::{super::finding::lines, *};

    fn found(path: &str, text: &str) -> Vec<usize> {
        lines(&check(path, &RustSource::parse(text)))
    }

    #[test]
    fn sql_outside_of_stores_is_found() {
        for text in [
            "use sqlx::Any;",
            "f(\"SELECT id FROM t\");",
            "f(\"INSERT INTO t VALUES ($1)\");",
            "f(r#\"UPDATE t\n SET a = $1\"#);",
            "f(\"DELETE FROM t\");",
            "f(\"SELECT\n  id FROM t\");",
        ] {
            assert_eq!(found("control/src/routes/x.rs", text), [1], "{text}");
            assert_eq!(found("gateway/src/x.rs", text), [1], "{text}");
            assert_eq!(found("crates/import/src/x.rs", text), [1], "{text}");
            for store in STORES {
                assert_eq!(found(&format!("{store}x.rs"), text), [0; 0], "{text}");
            }
            assert_eq!(found("control/tests/x.rs", text), [0; 0], "{text}");
        }
    }

    #[test]
    fn sentences_with_words_of_sql_pass() {
        for text in [
            "// sqlx runs SELECT 1",
            "f(\"UPDATE needs a value\");",
            "f(\"please select one\");",
            "let my_sqlx_like = \"sqlx=warn\";",
            "f(\"PRESELECT x\");",
        ] {
            assert_eq!(found("control/src/routes/x.rs", text), [0; 0], "{text}");
        }
    }

    #[test]
    fn http_in_stores_is_found() {
        let text = "\nuse axum::Json;\nuse http::Method;\nfn f() -> StatusCode {}\n// axum\nuse my_http::X;";
        for store in STORES {
            assert_eq!(found(&format!("{store}x.rs"), text), [2, 3, 4]);
        }
        assert_eq!(found("crates/objects/src/x.rs", text), [2]);
        assert_eq!(found("control/src/routes/x.rs", text), [0; 0]);
    }

    #[test]
    fn http_in_services_is_found() {
        let text = "use axum::Json;\nuse edgewise_http::IfMatch;\nuse edgewise_api::ApiError;\n// axum";
        for service in SERVICES {
            assert_eq!(found(&format!("{service}x.rs"), text), [1, 2]);
        }
        assert_eq!(found("control/src/routes/x.rs", text), [0; 0]);
    }

    #[test]
    fn std_in_the_engine_is_found() {
        let text =
            "/// std::error\nuse core::fmt;\nuse std::time::Instant;\nextern crate std;\nlet nostd::x;";
        assert_eq!(found("engine/src/x.rs", text), [3, 4]);
        assert_eq!(found("engine/tests/x.rs", text), [0; 0]);
    }
}
