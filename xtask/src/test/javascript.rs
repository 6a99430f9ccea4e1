//! Running tests in JavaScript.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

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
        files.extend(tests_in(&cargo::root()?.join(directory))?);
    }
    files.sort();
    let mut tests = node::node()?;
    tests.arg("--test").args(options).args(files).env("EDGEWISE_BIN", executable("edgewise")?);
    Ok(tests)
}

/// Returns the test files of a directory. `node --test` without a file would succeed, or run other tests.
fn tests_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = directory.read_dir();
    let entries = entries.with_context(|| format!("cannot list the tests in {}", directory.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    ensure!(!files.is_empty(), "{} contains no test: no file ends in .test.mjs", directory.display());
    Ok(files)
}

/// Builds an executable with the features of the Rust tests, so that cargo compiles no crate twice. Returns its path.
///
/// # Errors
/// If the build fails.
pub(super) fn executable(name: &str) -> Result<PathBuf> {
    cargo::build_executable(name, &[&["build"], &EVERYTHING[..], &["--bins", "--tests"]].concat())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_directory_without_tests_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("support.mjs"), "").unwrap();
        assert!(tests_in(directory.path()).unwrap_err().to_string().contains("contains no test"));
        fs::write(directory.path().join("a.test.mjs"), "").unwrap();
        assert_eq!(tests_in(directory.path()).unwrap(), [directory.path().join("a.test.mjs")]);
        assert!(tests_in(&directory.path().join("missing")).is_err());
    }
}
