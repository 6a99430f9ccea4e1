//! What is written in JavaScript, or tests it: packages of the npm registry, and programs among them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::cargo;

/// Where the compilers, bundlers and runtimes are listed that builds and tests need.
pub(crate) const TOOLS: &str = "tests/js";

/// Installs the packages that a directory of the repository lists, unless they are there as listed.
///
/// # Errors
/// If there is no npm, or it fails.
pub(crate) fn install(directory: &str) -> Result<PathBuf> {
    let directory = cargo::root()?.join(directory);
    let listed = fs::read_to_string(directory.join("package-lock.json"))
        .with_context(|| format!("{} must list its packages", directory.display()))?;
    // Beside what npm has installed, and gone with it.
    let installed = directory.join("node_modules/.installed");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == listed) {
        return Ok(directory);
    }
    eprintln!("set-up: installing the JavaScript packages of {}", directory.display());
    // Scripts of packages would fetch what the packages hold already.
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&directory);
    cargo::succeed_quietly(&mut npm).context("Node 20 or later must be installed, with npm (nodejs.org)")?;
    fs::write(installed, listed)?;
    Ok(directory)
}

/// A program of an installed package of [`TOOLS`], to be run in the repository's root.
///
/// # Errors
/// As [`install`].
pub(crate) fn tool(name: &str) -> Result<Command> {
    let directory = install(TOOLS)?;
    cargo::command(program(&directory, name))
}

fn program(directory: &Path, name: &str) -> PathBuf {
    directory.join("node_modules/.bin").join(name)
}

/// `node`, to be run in the repository's root with the packages of [`TOOLS`] installed.
///
/// # Errors
/// As [`install`].
pub(crate) fn node() -> Result<Command> {
    install(TOOLS)?;
    cargo::command("node")
}
