//! The tests of the npm package: of its parts (`wasm-pkg/test`), and of the package as it is published
//! (`tests/js/tests`).

use anyhow::Result;

use super::javascript;
use crate::{build::package, cargo, install};

/// Where the npm package's tests are.
const TESTS: [&str; 2] = ["wasm-pkg/test", "tests/js/tests"];

/// How many random decisions are compared with the oracle's.
const TRIPLES: &str = "20000";

/// Builds the npm package and runs its tests.
///
/// # Errors
/// If a part cannot be built or a test fails.
pub(crate) fn run() -> Result<()> {
    let chromium = install::chromium()?;
    package::build()?;
    let scratch = tempfile::tempdir()?;
    let triples = scratch.path().join("triples.jsonl");
    let fixtures = javascript::executable("fixtures")?;
    cargo::succeed(cargo::command(fixtures)?.arg("triples").arg(&triples).args([TRIPLES, "1"]))?;
    let mut tests = javascript::tests(&["--test-reporter=dot"], &TESTS)?;
    cargo::succeed(tests.env("EDGEWISE_TRIPLES", triples).env("CHROMIUM", chromium))
}
