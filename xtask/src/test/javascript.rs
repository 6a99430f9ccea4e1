//! Running tests in JavaScript.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use super::workspace::EVERYTHING;
use crate::{cargo, node};

/// Returns a command that runs all tests in `directories` with these options of `node --test`.
///
/// Builds the native binary, which some tests start.
///
/// # Errors
/// If a directory cannot be listed, or the binary cannot be built.
pub(super) fn tests(options: &[&str], directories: &[&str]) -> Result<Command> {
    let mut files = Vec::new();
    for directory in directories {
        let entries = cargo::root()?.join(directory).read_dir();
        for entry in entries.with_context(|| format!("cannot list the tests in {directory}"))? {
            files.push(entry?.path());
        }
    }
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut tests = node::node()?;
    tests.arg("--test").args(options).args(files).env("EDGEWISE_BIN", executable("edgewise")?);
    Ok(tests)
}

/// Builds an executable with the features of the Rust tests, so that cargo compiles no crate twice. Returns its path.
///
/// # Errors
/// If the build fails.
pub(super) fn executable(name: &str) -> Result<PathBuf> {
    cargo::build_executable(name, &[&["build"], &EVERYTHING[..], &["--bins", "--tests"]].concat())
}
