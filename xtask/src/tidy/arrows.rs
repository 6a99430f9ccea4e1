//! Dependencies between the rooms of the house run one way only, and some libraries stay out of some rooms.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;

/// A directory of the workspace, and what its crate may depend on.
struct Room {
    name: &'static str,
    /// The rooms it may know. `None`: all of them.
    rooms: Option<&'static [&'static str]>,
}

const HOUSE: [Room; 9] = [
    Room { name: "engine", rooms: Some(&[]) },
    Room { name: "api", rooms: Some(&["engine"]) },
    Room { name: "control", rooms: Some(&["api", "engine"]) },
    Room { name: "dashboard-leptos", rooms: Some(&["control", "api", "engine"]) },
    Room { name: "gateway", rooms: Some(&["dashboard-leptos", "control", "api", "engine"]) },
    Room { name: "edge-worker", rooms: Some(&["engine", "api"]) },
    Room { name: "wasm-pkg", rooms: Some(&["engine"]) },
    Room { name: "tests", rooms: None },
    Room { name: "xtask", rooms: None },
];

/// A library (with all whose names begin so), and the rooms it may be used in.
const LIBRARIES: [(&str, &[&str]); 5] = [
    ("sqlx", &["control", "tests"]),
    ("axum", &["control", "dashboard-leptos", "gateway", "tests"]),
    ("hyper", &["control", "dashboard-leptos", "gateway", "tests"]),
    ("reqwest", &["control", "dashboard-leptos", "gateway", "tests", "xtask"]),
    ("tokio", &["control", "dashboard-leptos", "gateway", "tests", "xtask"]),
];

/// Checks what `cargo metadata --no-deps` says.
///
/// # Errors
/// If it says it in another shape than cargo does.
pub(super) fn check(metadata: &Value) -> Result<Vec<Finding>> {
    let root = text(metadata, "workspace_root")?;
    let mut findings = Vec::new();
    for package in list(metadata, "packages")? {
        let manifest = text(package, "manifest_path")?;
        let path = Path::new(manifest).strip_prefix(root).unwrap_or(Path::new(manifest)).to_string_lossy();
        let Some(room) = room(root, manifest) else {
            let problem = format!("crate `{}` has no room in the house", text(package, "name")?);
            findings.push(Finding::new(&path, 0, problem, "add it to HOUSE in xtask/src/tidy/arrows.rs"));
            continue;
        };
        for dependency in list(package, "dependencies")? {
            let name = text(dependency, "name")?;
            let remedy = match dependency.get("path").and_then(Value::as_str) {
                Some(place) if !room.knows(root, place) => {
                    "dependencies run one way: engine <- api <- control <- gateway (ARCHITECTURE.md)"
                }
                None if !may_use(room.name, name) => {
                    "this library belongs to other crates (xtask/src/tidy/arrows.rs)"
                }
                _ => continue,
            };
            findings.push(Finding::new(
                &path,
                0,
                format!("{} must not depend on `{name}`", room.name),
                remedy,
            ));
        }
    }
    Ok(findings)
}

impl Room {
    fn knows(&self, root: &str, place: &str) -> bool {
        self.rooms.is_none_or(|rooms| room(root, place).is_some_and(|other| rooms.contains(&other.name)))
    }
}

/// The room that a path lies in: its first directory below the root.
fn room(root: &str, path: &str) -> Option<&'static Room> {
    let first = Path::new(path).strip_prefix(root).ok()?.components().next()?;
    HOUSE.iter().find(|room| first.as_os_str() == room.name)
}

fn may_use(room: &str, library: &str) -> bool {
    let same = |name: &str| {
        library == name || library.strip_prefix(name).is_some_and(|more| more.starts_with(['-', '_']))
    };
    LIBRARIES.iter().filter(|(name, _)| same(name)).all(|(_, rooms)| rooms.contains(&room))
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value.get(field).and_then(Value::as_str).with_context(|| format!("cargo metadata names no `{field}`"))
}

fn list<'a>(value: &'a Value, field: &str) -> Result<&'a [Value]> {
    let list = value.get(field).and_then(Value::as_array);
    list.map(Vec::as_slice).with_context(|| format!("cargo metadata lists no `{field}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The problems of a workspace in which the crate in `room` depends on these.
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
    fn arrows_that_run_forward_pass() {
        assert_eq!(problems("engine", &[json!({"name": "serde_json"})]), [""; 0]);
        assert_eq!(problems("api", &[crate_in("engine")]), [""; 0]);
        assert_eq!(problems("control", &[crate_in("engine"), crate_in("api")]), [""; 0]);
        assert_eq!(problems("gateway", &[crate_in("control"), crate_in("api")]), [""; 0]);
        assert_eq!(problems("tests", &[crate_in("gateway"), crate_in("xtask")]), [""; 0]);
        assert_eq!(problems("wasm-pkg", &[crate_in("engine")]), [""; 0]);
    }

    #[test]
    fn arrows_that_run_back_are_found() {
        assert_eq!(problems("engine", &[crate_in("api")]), ["engine must not depend on `edgewise-api`"]);
        assert_eq!(problems("api", &[crate_in("control")]), ["api must not depend on `edgewise-control`"]);
        assert_eq!(problems("control", &[crate_in("gateway")]).len(), 1);
        assert_eq!(problems("wasm-pkg", &[crate_in("api")]).len(), 1);
        assert_eq!(problems("gateway", &[crate_in("tests")]).len(), 1);
    }

    #[test]
    fn dependencies_of_tests_count_too() {
        let dependency = json!({"name": "edgewise-control", "path": "/r/control", "kind": "dev"});
        assert_eq!(problems("api", &[dependency]).len(), 1);
    }

    #[test]
    fn a_crate_without_a_room_is_found() {
        assert_eq!(problems("attic", &[]), ["crate `edgewise-attic` has no room in the house"]);
        assert_eq!(
            problems("control", &[crate_in("attic")]),
            ["control must not depend on `edgewise-attic`"]
        );
    }

    #[test]
    fn libraries_stay_in_their_rooms() {
        for library in ["axum", "axum-extra", "tokio", "tokio-util", "reqwest", "hyper", "hyper-util", "sqlx"]
        {
            assert_eq!(problems("api", &[json!({"name": library})]).len(), 1, "{library}");
            assert_eq!(problems("control", &[json!({"name": library})]).len(), 0, "{library}");
        }
        assert_eq!(problems("gateway", &[json!({"name": "sqlx"})]), ["gateway must not depend on `sqlx`"]);
        assert_eq!(problems("api", &[json!({"name": "hyperloglog"})]).len(), 0);
    }
}
