//! The root files of the workspace's crates.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use crate::tidy::{
    metadata::{list, text},
    paths,
};

/// A library or program of the workspace.
#[derive(Debug, Clone)]
pub(in crate::tidy) struct Crate {
    /// The name in paths of other crates. `None` for a program.
    pub(in crate::tidy) name: Option<String>,
    /// The root file, from the repository's root.
    pub(in crate::tidy) root: String,
}

impl Crate {
    /// Lists the libraries and programs in the output of `cargo metadata`, without those for tests.
    ///
    /// # Errors
    /// If a field is missing.
    pub(in crate::tidy) fn list(metadata: &Value) -> Result<Vec<Self>> {
        let workspace = text(metadata, "workspace_root")?;
        let mut crates = Vec::new();
        for package in list(metadata, "packages")? {
            for target in list(package, "targets")? {
                let is = |kinds: &[&str]| {
                    list(target, "kind").is_ok_and(|found| {
                        found.iter().filter_map(Value::as_str).any(|kind| kinds.contains(&kind))
                    })
                };
                let is_library = is(&["lib", "rlib", "cdylib", "staticlib", "proc-macro"]);
                let path = text(target, "src_path")?;
                let root = Path::new(path).strip_prefix(workspace).unwrap_or(Path::new(path));
                let root = root.to_string_lossy().into_owned();
                if (is_library || is(&["bin"])) && !paths::is_test(&root) {
                    let name = text(target, "name")?.replace('-', "_");
                    crates.push(Self { name: is_library.then_some(name), root });
                }
            }
        }
        Ok(crates)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn libraries_and_programs_are_listed_without_tests() {
        let target = |kind: &str, name: &str, path: &str| {
            let path = format!("/r/{path}");
            json!({"kind": [kind], "name": name, "src_path": path})
        };
        let metadata = json!({"workspace_root": "/r", "packages": [
            {"targets": [
                target("lib", "edgewise", "gateway/src/lib.rs"),
                target("bin", "edgewise", "gateway/src/main.rs"),
                target("test", "plain", "gateway/tests/plain.rs"),
                target("bench", "speed", "gateway/benches/speed.rs"),
                target("example", "store", "gateway/examples/store.rs"),
                target("custom-build", "build-script-build", "gateway/build.rs"),
            ]},
            {"targets": [target("lib", "edgewise_tests", "tests/src/lib.rs")]},
        ]});
        let found: Vec<_> =
            Crate::list(&metadata).unwrap().into_iter().map(|found| (found.name, found.root)).collect();
        assert_eq!(
            found,
            [
                (Some("edgewise".to_owned()), "gateway/src/lib.rs".to_owned()),
                (None, "gateway/src/main.rs".to_owned())
            ]
        );
    }
}
