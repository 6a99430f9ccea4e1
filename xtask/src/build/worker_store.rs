//! The snapshot store that the worker's tests and benchmark read.

use anyhow::Result;
use tempfile::TempDir;

use crate::cargo;

/// Writes a snapshot store into a temporary directory.
///
/// # Errors
/// If the program that writes it cannot be built, or fails.
pub(crate) fn write() -> Result<TempDir> {
    // The features with which the tests are built, so that cargo compiles no crate twice.
    let example = ["build", "--workspace", "--all-features", "--example", "worker_store"];
    let store = TempDir::new()?;
    let mut write = cargo::command(cargo::build_executable("worker_store", &example)?)?;
    cargo::run(write.arg(store.path()))?;
    Ok(store)
}
