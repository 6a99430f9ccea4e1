//! The snapshot store that the worker's tests and bench read.

use anyhow::Result;
use tempfile::TempDir;

use crate::cargo;

/// Lays out the snapshot store that the worker's tests and bench read.
///
/// # Errors
/// If it cannot be made.
pub(crate) fn lay_out() -> Result<TempDir> {
    // As the tests are built, so that nothing is compiled twice.
    let example = ["build", "--workspace", "--all-features", "--example", "worker_store"];
    let store = TempDir::new()?;
    let mut lay_out = cargo::command(cargo::build_executable("worker_store", &example)?)?;
    cargo::succeed(lay_out.arg(store.path()))?;
    Ok(store)
}
