//! The tests in JavaScript: of the npm package's parts (`wasm-pkg/test`), and of the package as it is published
//! (`tests/js/tests`).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{cargo, node, package, setup, test::EVERYTHING};

/// How many random decisions are compared with the oracle's.
const TRIPLES: &str = "20000";

/// Builds the npm package and runs its tests.
///
/// # Errors
/// If a part cannot be built or a test fails.
pub(crate) fn test() -> Result<()> {
    let chromium = setup::chromium()?;
    package::build()?;
    let scratch = tempfile::tempdir()?;
    let triples = scratch.path().join("triples.jsonl");
    // As the tests in Rust are built, so that nothing is compiled again.
    let build = [&["build"], &EVERYTHING[..], &["--bins", "--tests"]].concat();
    let fixtures = cargo::build_executable("fixtures", &build)?;
    cargo::succeed(cargo::command(fixtures)?.arg("triples").arg(&triples).args([TRIPLES, "1"]))?;
    let edgewise = cargo::build_executable("edgewise", &build)?;

    let mut tests = node::node()?;
    tests.args(["--test", "--test-reporter=dot"]).args(files(&cargo::root()?)?);
    tests.env("EDGEWISE_TRIPLES", triples).env("EDGEWISE_BIN", edgewise);
    cargo::succeed(tests.env("CHROMIUM", chromium))
}

fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for directory in [format!("{}/test", package::PACKAGE), "tests/js/tests".to_owned()] {
        for entry in root.join(&directory).read_dir().with_context(|| format!("cannot list {directory}"))? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(".test.mjs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
