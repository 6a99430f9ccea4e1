//! `cargo xtask bundlers`: tests the npm package in the bundlers, frameworks and test runners that CI does not install.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use crate::{build::package, cargo, install, node};

/// The directory of the applications, each named after its tool.
const APPS: &str = "tests/js/bundlers/apps";

/// The application that CI tests too, in other ways.
const NEXT: (&str, &str) = ("next", node::NEXT);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The tools to test, for example `vite-6`; by default all
    #[arg(value_name = "TOOL")]
    tools: Vec<String>,
    /// Print the names of the tools, and test nothing
    #[arg(long)]
    list: bool,
}

/// Builds the package, installs the tools where they are missing, and tests the package in each.
///
/// # Errors
/// If a tool has another name, cannot be installed, or the package does not work in it.
pub(crate) fn run(args: &Args) -> Result<()> {
    let all = applications()?;
    if args.list {
        all.iter().for_each(|(name, _)| println!("{name}"));
        return Ok(());
    }
    for tool in &args.tools {
        let is_known = all.iter().any(|(name, _)| name == tool);
        ensure!(is_known, "no tool has the name `{tool}`: `cargo xtask bundlers --list` lists all tools");
    }
    let chosen = all.iter().filter(|(name, _)| args.tools.is_empty() || args.tools.contains(name));
    let chosen: Vec<_> = chosen.collect();

    let chromium = install::chromium()?;
    package::build()?;
    let scratch = cargo::target_directory()?.join("bundlers");
    for (index, (name, directory)) in chosen.iter().enumerate() {
        let started = Instant::now();
        let position = format!("{}/{}", index + 1, chosen.len());
        if install_into(&scratch.join(name), directory)? {
            eprintln!("bundlers: {position} installed {name}, {:.1} s", started.elapsed().as_secs_f64());
        } else {
            eprintln!("bundlers: {position} {name} is installed");
        }
    }
    let mut tests = node::node()?;
    tests.arg("tests/js/bundlers/main.mjs").arg(&scratch).args(chosen.iter().map(|(name, _)| name));
    cargo::run(tests.env("CHROMIUM", chromium))
}

/// Returns the name and the directory of each application, sorted.
fn applications() -> Result<Vec<(String, PathBuf)>> {
    let root = cargo::root()?;
    let mut found = vec![(NEXT.0.to_owned(), root.join(NEXT.1))];
    let apps = root.join(APPS);
    for entry in apps.read_dir().with_context(|| format!("cannot list {}", apps.display()))? {
        let entry = entry?;
        found.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    found.sort();
    Ok(found)
}

/// Installs the npm packages that an application lists into a directory, which keeps them for the next run. Returns whether
/// packages were missing.
fn install_into(directory: &Path, application: &Path) -> Result<bool> {
    let manifest = application.join("package.json");
    let listed = fs::read(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    // A copy of the list next to the installed packages, so that deleting the packages deletes the copy.
    let installed = directory.join("node_modules/.installed");
    if fs::read(&installed).is_ok_and(|installed| installed == listed) {
        return Ok(false);
    }
    fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    fs::write(directory.join("package.json"), &listed)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]);
    cargo::run_quietly(npm.current_dir(directory))?;
    fs::write(installed, listed)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_installed_once() {
        let (application, directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(application.path().join("package.json"), "{}").unwrap();
        fs::create_dir(directory.path().join("node_modules")).unwrap();
        fs::write(directory.path().join("node_modules/.installed"), "{}").unwrap();
        assert!(!install_into(directory.path(), application.path()).unwrap());
        assert!(install_into(directory.path(), &application.path().join("missing")).is_err());
    }
}
