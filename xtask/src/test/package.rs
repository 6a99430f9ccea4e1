//! The tests of the npm package: of its parts (`wasm-pkg/test`), and of the published package (`tests/js/tests`).

use anyhow::Result;

use super::javascript;
use crate::{build::package, cargo, install, node};

/// The directories of the tests.
const TESTS: [&str; 2] = ["wasm-pkg/test", "tests/js/tests"];

/// How many random decisions are compared with the reference evaluator's.
const TRIPLES: &str = "20000";

/// Builds the npm package and runs its tests.
///
/// # Errors
/// If a part cannot be built or a test fails.
pub(crate) fn run() -> Result<()> {
    let chromium = install::chromium()?;
    package::build()?;
    node::install(node::NEXT)?;
    let scratch = tempfile::tempdir()?;
    let triples = scratch.path().join("triples.jsonl");
    let fixtures = javascript::executable("fixtures")?;
    cargo::run(cargo::command(fixtures)?.arg("triples").arg(&triples).args([TRIPLES, "1"]))?;
    let mut tests = javascript::tests(&["--test-reporter=dot"], &TESTS)?;
    cargo::run(tests.env("EDGEWISE_TRIPLES", triples).env("CHROMIUM", chromium))
}
