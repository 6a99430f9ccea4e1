//! How tests in JavaScript are started.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use super::workspace::EVERYTHING;
use crate::{cargo, node};

/// `node --test` with these options, for all tests in some directories. The native binary is built for those that start it.
///
/// # Errors
/// If a directory cannot be listed, or the binary cannot be built.
pub(super) fn tests(options: &[&str], directories: &[&str]) -> Result<Command> {
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
///
/// # Errors
/// If it cannot be built.
pub(super) fn executable(name: &str) -> Result<PathBuf> {
    cargo::build_executable(name, &[&["build"], &EVERYTHING[..], &["--bins", "--tests"]].concat())
}
