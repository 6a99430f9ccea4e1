//! The tests of the edge worker in its runtime.

use anyhow::Result;

use super::javascript;
use crate::{
    build::{worker, worker_store},
    cargo,
};

/// The directory of the tests.
const TESTS: &str = "tests/js/worker";

/// Builds the worker, and tests it in workerd.
///
/// # Errors
/// If a tool is missing, or a test fails.
pub(super) fn run() -> Result<()> {
    worker::run()?;
    let store = worker_store::write()?;
    let mut tests = javascript::tests(&["--test-concurrency=2"], &[TESTS])?;
    cargo::run_quietly(tests.env("EDGEWISE_WORKER_STORE", store.path()))
}
