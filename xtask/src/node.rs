//! Node, and the npm packages that builds and tests use.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::cargo;

/// The directory whose package.json lists the compilers, bundlers and runtimes for builds and tests.
pub(crate) const TOOLS: &str = "tests/js";

/// The directory of an application of Next.js that a test builds.
pub(crate) const NEXT: &str = "tests/js/next";

/// Installs the npm packages that a directory of the repository lists, unless they are installed. Returns the
/// directory's path.
///
/// # Errors
/// If there is no npm, or npm fails.
pub(crate) fn install(directory: &str) -> Result<PathBuf> {
    let directory = cargo::root()?.join(directory);
    let listed = fs::read_to_string(directory.join("package-lock.json"))
        .with_context(|| format!("cannot read the package-lock.json of {}", directory.display()))?;
    // A copy of the lock file next to the installed packages, so that deleting the packages deletes the copy.
    let installed = directory.join("node_modules/.installed");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == listed) {
        return Ok(directory);
    }
    eprintln!("set-up: installing the npm packages of {}", directory.display());
    // The packages are complete: their install scripts would only download the same files again.
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&directory);
    cargo::run_quietly(&mut npm).context("install Node 20 or later, with npm (nodejs.org)")?;
    fs::write(installed, listed)?;
    Ok(directory)
}

/// Returns a command that runs a program of the packages of [`TOOLS`] in the repository's root.
///
/// # Errors
/// As [`install`].
pub(crate) fn tool(name: &str) -> Result<Command> {
    let directory = install(TOOLS)?;
    cargo::command(directory.join("node_modules/.bin").join(name))
}

/// Returns what a program of the packages of [`TOOLS`] prints as its version.
///
/// # Errors
/// If the program cannot be installed, or fails.
pub(crate) fn version(name: &str) -> Result<String> {
    let version = cargo::read(tool(name)?.arg("--version"))?;
    Ok(String::from_utf8_lossy(&version).trim().to_owned())
}

/// Returns a command that runs `node` in the repository's root, with the packages of [`TOOLS`] installed.
///
/// # Errors
/// As [`install`].
pub(crate) fn node() -> Result<Command> {
    install(TOOLS)?;
    cargo::command("node")
}
