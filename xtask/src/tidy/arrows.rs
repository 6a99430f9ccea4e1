//! Which crates may depend on which, and on which libraries.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::{
    finding::Finding,
    metadata::{list, text},
};

/// A crate, and the crates that the crate may depend on.
struct CrateRule {
    /// The crate's directory, from the repository's root.
    path: &'static str,
    /// The directories of the crates that this crate may depend on. `None`: all crates.
    may_use: Option<&'static [&'static str]>,
}

/// All crates of the workspace. A crate may depend on the crates that its line lists, which are above the line.
///
/// A new crate (audit, accounts, events, stats, results, mcp, …) gets a line here, and is added to the lines of the
/// crates that may depend on it.
const CRATES: [CrateRule; 15] = [
    CrateRule { path: "engine", may_use: Some(&[]) },
    CrateRule { path: "crates/api", may_use: Some(&["engine"]) },
    CrateRule { path: "crates/caller", may_use: Some(&["engine"]) },
    CrateRule { path: "crates/http", may_use: Some(&["crates/caller", "crates/api", "engine"]) },
    CrateRule { path: "crates/database", may_use: Some(&["crates/caller", "crates/api", "engine"]) },
    CrateRule { path: "crates/objects", may_use: Some(&["crates/caller", "crates/api", "engine"]) },
    // Decisions need no database and no control plane.
    CrateRule {
        path: "crates/decide",
        may_use: Some(&["crates/objects", "crates/http", "crates/api", "engine"]),
    },
    CrateRule {
        path: "control",
        may_use: Some(&[
            "crates/objects",
            "crates/database",
            "crates/http",
            "crates/caller",
            "crates/api",
            "engine",
        ]),
    },
    CrateRule {
        path: "crates/import",
        may_use: Some(&[
            "control",
            "crates/objects",
            "crates/database",
            "crates/http",
            "crates/caller",
            "crates/api",
            "engine",
        ]),
    },
    CrateRule {
        path: "dashboard-leptos",
        may_use: Some(&["control", "crates/http", "crates/caller", "crates/api", "engine"]),
    },
    CrateRule {
        path: "gateway",
        may_use: Some(&[
            "dashboard-leptos",
            "crates/import",
            "control",
            "crates/decide",
            "crates/objects",
            "crates/database",
            "crates/http",
            "crates/caller",
            "crates/api",
            "engine",
        ]),
    },
    CrateRule { path: "edge-worker", may_use: Some(&["crates/api", "engine"]) },
    CrateRule { path: "wasm-pkg", may_use: Some(&["engine"]) },
    CrateRule { path: "tests", may_use: None },
    CrateRule { path: "xtask", may_use: None },
];

/// Libraries, and the crates that may use them. A name includes all libraries whose names begin with it, as
/// `axum-extra` begins with `axum`.
const LIBRARIES: [(&str, &[&str]); 9] = [
    ("sqlx", &["crates/database", "control", "crates/import", "tests"]),
    ("axum", &["crates/http", "control", "crates/decide", "dashboard-leptos", "gateway", "tests"]),
    ("hyper", &["crates/http", "control", "crates/decide", "dashboard-leptos", "gateway", "tests"]),
    (
        "reqwest",
        &["crates/http", "control", "crates/decide", "dashboard-leptos", "gateway", "tests", "xtask"],
    ),
    (
        "tokio",
        &[
            "crates/http",
            "crates/database",
            "crates/objects",
            "control",
            "crates/decide",
            "crates/import",
            "dashboard-leptos",
            "gateway",
            "tests",
            "xtask",
        ],
    ),
    ("aws-config", &["crates/objects", "tests"]),
    ("aws-sdk", &["crates/objects", "tests"]),
    ("leptos", &["dashboard-leptos"]),
    ("clap", &["gateway", "tests", "xtask"]),
];

/// Checks the dependencies in the output of `cargo metadata --no-deps`.
///
/// # Errors
/// If a field is missing.
pub(super) fn check(metadata: &Value) -> Result<Vec<Finding>> {
    let root = text(metadata, "workspace_root")?;
    let mut findings = Vec::new();
    for package in list(metadata, "packages")? {
        let manifest = text(package, "manifest_path")?;
        let path = Path::new(manifest).strip_prefix(root).unwrap_or(Path::new(manifest)).to_string_lossy();
        let Some(rule) = crate_rule(root, manifest) else {
            let problem = format!("crate `{}` is not in the table of crates", text(package, "name")?);
            findings.push(Finding::new(
                &path,
                0,
                problem,
                "add the crate to CRATES in xtask/src/tidy/arrows.rs",
            ));
            continue;
        };
        for dependency in list(package, "dependencies")? {
            let name = text(dependency, "name")?;
            let remedy = match dependency.get("path").and_then(Value::as_str) {
                Some(directory) if !rule.may_depend_on(root, directory) => {
                    "dependencies run one way: move shared code to a crate below both (CRATES in tidy/arrows.rs)"
                }
                None if !may_use_library(rule.path, name) => {
                    "only the crates in LIBRARIES in xtask/src/tidy/arrows.rs may use this library"
                }
                _ => continue,
            };
            findings.push(Finding::new(
                &path,
                0,
                format!("{} must not depend on `{name}`", rule.path),
                remedy,
            ));
        }
    }
    Ok(findings)
}

/// Returns the directories of the crates that rules name.
pub(super) fn rule_paths() -> Vec<&'static str> {
    let of_crates =
        CRATES.iter().flat_map(|rule| rule.may_use.unwrap_or_default().iter().chain([&rule.path]));
    let of_libraries = LIBRARIES.iter().flat_map(|(_, paths)| paths.iter());
    of_crates.chain(of_libraries).copied().collect()
}

impl CrateRule {
    fn may_depend_on(&self, root: &str, directory: &str) -> bool {
        self.may_use
            .is_none_or(|paths| crate_rule(root, directory).is_some_and(|other| paths.contains(&other.path)))
    }
}

/// Returns the rule of the crate that a path belongs to.
fn crate_rule(root: &str, path: &str) -> Option<&'static CrateRule> {
    let path = Path::new(path).strip_prefix(root).ok()?;
    CRATES.iter().find(|rule| path.starts_with(rule.path))
}

fn may_use_library(path: &str, library: &str) -> bool {
    let matches = |name: &str| {
        library == name || library.strip_prefix(name).is_some_and(|more| more.starts_with(['-', '_']))
    };
    LIBRARIES.iter().filter(|(name, _)| matches(name)).all(|(_, paths)| paths.contains(&path))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns the problems of a workspace with a crate in `directory` that has these dependencies.
    fn problems(directory: &str, dependencies: &[Value]) -> Vec<String> {
        let metadata = json!({
            "workspace_root": "/r",
            "packages": [{
                "name": format!("edgewise-{directory}"),
                "manifest_path": format!("/r/{directory}/Cargo.toml"),
                "dependencies": dependencies,
            }],
        });
        check(&metadata).unwrap().into_iter().map(|finding| finding.problem).collect()
    }

    fn crate_in(directory: &str) -> Value {
        json!({"name": format!("edgewise-{directory}"), "path": format!("/r/{directory}"), "kind": null})
    }

    #[test]
    fn allowed_dependencies_pass() {
        assert_eq!(problems("engine", &[json!({"name": "serde_json"})]), [""; 0]);
        assert_eq!(problems("crates/api", &[crate_in("engine")]), [""; 0]);
        assert_eq!(problems("control", &[crate_in("engine"), crate_in("crates/api")]), [""; 0]);
        assert_eq!(problems("gateway", &[crate_in("control"), crate_in("crates/api")]), [""; 0]);
        assert_eq!(problems("tests", &[crate_in("gateway"), crate_in("xtask")]), [""; 0]);
        assert_eq!(problems("wasm-pkg", &[crate_in("engine")]), [""; 0]);
        assert_eq!(problems("edge-worker", &[crate_in("crates/api"), crate_in("engine")]), [""; 0]);
    }

    #[test]
    fn shared_crates_depend_only_on_those_below_them() {
        for directory in ["crates/http", "crates/database", "crates/objects"] {
            assert_eq!(
                problems(directory, &[crate_in("crates/api"), crate_in("crates/caller")]),
                [""; 0],
                "{directory}"
            );
            assert_eq!(problems(directory, &[crate_in("control")]).len(), 1, "{directory}");
            assert_eq!(problems("control", &[crate_in(directory)]), [""; 0], "{directory}");
        }
        let below = ["control", "crates/database", "crates/caller", "crates/api", "engine"].map(crate_in);
        assert_eq!(problems("crates/import", &below), [""; 0]);
        assert_eq!(problems("gateway", &below), [""; 0]);
        assert_eq!(problems("crates/database", &[crate_in("crates/http")]).len(), 1);
        assert_eq!(problems("crates/caller", &[crate_in("crates/api")]).len(), 1);
        assert_eq!(problems("crates/api", &[crate_in("crates/caller")]).len(), 1);
        assert_eq!(problems("control", &[crate_in("crates/import")]).len(), 1);
        assert_eq!(problems("dashboard-leptos", &[crate_in("crates/import")]).len(), 1);
    }

    #[test]
    fn deciding_needs_no_database_and_no_control_plane() {
        let known = ["crates/http", "crates/objects", "crates/api", "engine"].map(crate_in);
        assert_eq!(problems("crates/decide", &known), [""; 0]);
        for directory in ["crates/database", "control", "crates/import", "dashboard-leptos", "gateway"] {
            assert_eq!(problems("crates/decide", &[crate_in(directory)]).len(), 1, "{directory}");
        }
        assert_eq!(problems("control", &[crate_in("crates/decide")]).len(), 1);
        assert_eq!(problems("gateway", &[crate_in("crates/decide")]), [""; 0]);
    }

    #[test]
    fn dependencies_that_run_back_are_found() {
        assert_eq!(
            problems("engine", &[crate_in("crates/api")]),
            ["engine must not depend on `edgewise-crates/api`"]
        );
        assert_eq!(
            problems("crates/api", &[crate_in("control")]),
            ["crates/api must not depend on `edgewise-control`"]
        );
        assert_eq!(problems("control", &[crate_in("gateway")]).len(), 1);
        assert_eq!(problems("wasm-pkg", &[crate_in("crates/api")]).len(), 1);
        assert_eq!(problems("gateway", &[crate_in("tests")]).len(), 1);
    }

    #[test]
    fn dependencies_of_tests_count_too() {
        let dependency = json!({"name": "edgewise-control", "path": "/r/control", "kind": "dev"});
        assert_eq!(problems("crates/api", &[dependency]).len(), 1);
    }

    #[test]
    fn crate_that_is_not_in_the_table_is_found() {
        assert_eq!(problems("attic", &[]), ["crate `edgewise-attic` is not in the table of crates"]);
        assert_eq!(
            problems("crates/attic", &[]),
            ["crate `edgewise-crates/attic` is not in the table of crates"]
        );
        // A path that only begins like another one.
        assert_eq!(problems("crates/apiary", &[]).len(), 1);
        assert_eq!(
            problems("control", &[crate_in("attic")]),
            ["control must not depend on `edgewise-attic`"]
        );
    }

    #[test]
    fn libraries_are_used_only_by_their_crates() {
        for library in ["axum", "axum-extra", "tokio", "tokio-util", "reqwest", "hyper", "hyper-util", "sqlx"]
        {
            assert_eq!(problems("crates/api", &[json!({"name": library})]).len(), 1, "{library}");
            assert_eq!(problems("control", &[json!({"name": library})]).len(), 0, "{library}");
        }
        assert_eq!(problems("gateway", &[json!({"name": "sqlx"})]), ["gateway must not depend on `sqlx`"]);
        assert_eq!(problems("crates/decide", &[json!({"name": "sqlx"})]).len(), 1);
        assert_eq!(problems("crates/api", &[json!({"name": "hyperloglog"})]).len(), 0);
        for (library, directory) in [
            ("sqlx", "crates/database"),
            ("axum", "crates/decide"),
            ("aws-sdk-s3", "crates/objects"),
            ("aws-config", "crates/objects"),
            ("leptos_router", "dashboard-leptos"),
            ("clap", "gateway"),
        ] {
            assert_eq!(problems(directory, &[json!({"name": library})]), [""; 0], "{library}");
            assert_eq!(problems("engine", &[json!({"name": library})]).len(), 1, "{library}");
        }
        assert_eq!(problems("control", &[json!({"name": "aws-sdk-s3"})]).len(), 1);
    }
}
