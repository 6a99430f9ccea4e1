//! Which crates may depend on which, and on which libraries.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::{
    finding::Finding,
    metadata::{list, text},
};

/// A crate, and the crates that it may depend on.
struct Room {
    /// The crate's directory, from the repository's root.
    path: &'static str,
    /// The directories of the crates that it may depend on. `None`: all crates.
    rooms: Option<&'static [&'static str]>,
}

/// All crates of the workspace. A crate may depend on crates above it, if its line lists them.
///
/// A new crate (audit, accounts, events, stats, results, mcp, …) gets a line here, and is added to the lines of the
/// crates that may depend on it.
const HOUSE: [Room; 15] = [
    Room { path: "engine", rooms: Some(&[]) },
    Room { path: "crates/api", rooms: Some(&["engine"]) },
    Room { path: "crates/caller", rooms: Some(&["engine"]) },
    Room { path: "crates/http", rooms: Some(&["crates/caller", "crates/api", "engine"]) },
    Room { path: "crates/database", rooms: Some(&["crates/caller", "crates/api", "engine"]) },
    Room { path: "crates/objects", rooms: Some(&["crates/caller", "crates/api", "engine"]) },
    // Decisions need no database and no control plane.
    Room { path: "crates/decide", rooms: Some(&["crates/objects", "crates/http", "crates/api", "engine"]) },
    Room {
        path: "control",
        rooms: Some(&[
            "crates/objects",
            "crates/database",
            "crates/http",
            "crates/caller",
            "crates/api",
            "engine",
        ]),
    },
    Room {
        path: "crates/import",
        rooms: Some(&[
            "control",
            "crates/objects",
            "crates/database",
            "crates/http",
            "crates/caller",
            "crates/api",
            "engine",
        ]),
    },
    Room {
        path: "dashboard-leptos",
        rooms: Some(&["control", "crates/http", "crates/caller", "crates/api", "engine"]),
    },
    Room {
        path: "gateway",
        rooms: Some(&[
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
    Room { path: "edge-worker", rooms: Some(&["crates/api", "engine"]) },
    Room { path: "wasm-pkg", rooms: Some(&["engine"]) },
    Room { path: "tests", rooms: None },
    Room { path: "xtask", rooms: None },
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
        let Some(room) = room(root, manifest) else {
            let problem = format!("crate `{}` is not in the table of crates", text(package, "name")?);
            findings.push(Finding::new(
                &path,
                0,
                problem,
                "add the crate to HOUSE in xtask/src/tidy/arrows.rs",
            ));
            continue;
        };
        for dependency in list(package, "dependencies")? {
            let name = text(dependency, "name")?;
            let remedy = match dependency.get("path").and_then(Value::as_str) {
                Some(directory) if !room.may_depend_on(root, directory) => {
                    "dependencies run one way: move shared code to a crate below both (HOUSE in tidy/arrows.rs)"
                }
                None if !may_use(room.path, name) => {
                    "only the crates in LIBRARIES in xtask/src/tidy/arrows.rs may use this library"
                }
                _ => continue,
            };
            findings.push(Finding::new(
                &path,
                0,
                format!("{} must not depend on `{name}`", room.path),
                remedy,
            ));
        }
    }
    Ok(findings)
}

impl Room {
    fn may_depend_on(&self, root: &str, directory: &str) -> bool {
        self.rooms.is_none_or(|rooms| room(root, directory).is_some_and(|other| rooms.contains(&other.path)))
    }
}

/// Returns the crate that a path belongs to.
fn room(root: &str, path: &str) -> Option<&'static Room> {
    let path = Path::new(path).strip_prefix(root).ok()?;
    HOUSE.iter().find(|room| path.starts_with(room.path))
}

fn may_use(room: &str, library: &str) -> bool {
    let matches = |name: &str| {
        library == name || library.strip_prefix(name).is_some_and(|more| more.starts_with(['-', '_']))
    };
    LIBRARIES.iter().filter(|(name, _)| matches(name)).all(|(_, rooms)| rooms.contains(&room))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The problems of a workspace with a crate in `room` that has these dependencies.
    fn problems(room: &str, dependencies: &[Value]) -> Vec<String> {
        let metadata = json!({
            "workspace_root": "/r",
            "packages": [{
                "name": format!("edgewise-{room}"),
                "manifest_path": format!("/r/{room}/Cargo.toml"),
                "dependencies": dependencies,
            }],
        });
        check(&metadata).unwrap().into_iter().map(|finding| finding.problem).collect()
    }

    fn crate_in(room: &str) -> Value {
        json!({"name": format!("edgewise-{room}"), "path": format!("/r/{room}"), "kind": null})
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
        for room in ["crates/http", "crates/database", "crates/objects"] {
            assert_eq!(
                problems(room, &[crate_in("crates/api"), crate_in("crates/caller")]),
                [""; 0],
                "{room}"
            );
            assert_eq!(problems(room, &[crate_in("control")]).len(), 1, "{room}");
            assert_eq!(problems("control", &[crate_in(room)]), [""; 0], "{room}");
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
        for room in ["crates/database", "control", "crates/import", "dashboard-leptos", "gateway"] {
            assert_eq!(problems("crates/decide", &[crate_in(room)]).len(), 1, "{room}");
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
        for (library, room) in [
            ("sqlx", "crates/database"),
            ("axum", "crates/decide"),
            ("aws-sdk-s3", "crates/objects"),
            ("aws-config", "crates/objects"),
            ("leptos_router", "dashboard-leptos"),
            ("clap", "gateway"),
        ] {
            assert_eq!(problems(room, &[json!({"name": library})]), [""; 0], "{library}");
            assert_eq!(problems("engine", &[json!({"name": library})]).len(), 1, "{library}");
        }
        assert_eq!(problems("control", &[json!({"name": "aws-sdk-s3"})]).len(), 1);
    }
}
