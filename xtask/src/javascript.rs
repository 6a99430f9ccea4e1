//! The tests in JavaScript: of the npm package's parts (`wasm-pkg/test`), of the package as it is published
//! (`tests/js/tests`), and how all of them are started.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{cargo, node, package, setup, test::EVERYTHING};

/// Where the npm package's tests are.
const TESTS: [&str; 2] = ["wasm-pkg/test", "tests/js/tests"];

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
    let fixtures = executable("fixtures")?;
    cargo::succeed(cargo::command(fixtures)?.arg("triples").arg(&triples).args([TRIPLES, "1"]))?;
    let mut tests = tests(&["--test-reporter=dot"], &TESTS)?;
    cargo::succeed(tests.env("EDGEWISE_TRIPLES", triples).env("CHROMIUM", chromium))
}

/// `node --test` with these options, for all tests in some directories. The native binary is built for those that start it.
///
/// # Errors
/// If a directory cannot be listed, or the binary cannot be built.
pub(crate) fn tests(options: &[&str], directories: &[&str]) -> Result<Command> {
    let mut files = Vec::new();
    for directory in directories {
        let entries = cargo::root()?.join(directory).read_dir();
        for entry in entries.with_context(|| format!("cannot list {directory}"))? {
            files.push(entry?.path());
        }
    }
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut tests = node::node()?;
    tests.arg("--test").args(options).args(files).env("EDGEWISE_BIN", executable("edgewise")?);
    Ok(tests)
}

/// An executable, built as the tests in Rust are, so that nothing is compiled again.
fn executable(name: &str) -> Result<PathBuf> {
    cargo::build_executable(name, &[&["build"], &EVERYTHING[..], &["--bins", "--tests"]].concat())
}
