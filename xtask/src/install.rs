//! Installing missing tools. Each step prints what it installs and why.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::cargo;

/// A compilation target without `std`.
pub(crate) const NO_STD_TARGET: &str = "wasm32v1-none";

/// Installs the Rust components and targets that `cargo xtask test` needs, where they are missing.
///
/// # Errors
/// If a part cannot be installed. The error says how to install it by hand.
pub(crate) fn for_tests() -> Result<()> {
    component("rustfmt", "fmt", "to check the format")?;
    component("clippy", "clippy", "to lint")?;
    target(NO_STD_TARGET, "to check that the engine needs no `std`")
}

/// Installs the Rust target that `cargo xtask package` needs, where it is missing.
///
/// # Errors
/// If the target cannot be installed. The error says how to install it by hand.
pub(crate) fn for_package() -> Result<()> {
    target(NO_STD_TARGET, "to compile the npm package")
}

/// Returns the path of Chromium, which is installed where it is missing.
///
/// # Errors
/// If Chromium cannot be installed. The error says how to install it by hand.
pub(crate) fn chromium() -> Result<PathBuf> {
    let found = || {
        ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(|name| {
            let path = cargo::output_of(Command::new("which").arg(name))?;
            Some(PathBuf::from(path.trim()))
        })
    };
    if let Some(path) = found() {
        return Ok(path);
    }
    report("installing Chromium, to run tests in a browser");
    let by_hand = "install Chromium (Debian: `apt-get install chromium`)";
    debian_package("chromium").context(by_hand)?;
    found().context(by_hand)
}

/// Installs the proxy and the pooler that end-to-end tests put in front of servers, where they are missing.
///
/// # Errors
/// If a program cannot be installed. The error says how to install it by hand.
pub(crate) fn for_end_to_end_tests() -> Result<()> {
    let programs = [
        ("nginx", "nginx-light", "to test what a proxy changes"),
        ("pgbouncer", "pgbouncer", "to test what a database pooler changes"),
    ];
    for (program, package, purpose) in programs {
        // Not all users have these directories on their path.
        let places = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];
        let is_found = || {
            cargo::output_of(Command::new("which").arg(program)).is_some()
                || places.iter().any(|directory| Path::new(directory).join(program).is_file())
        };
        if is_found() {
            continue;
        }
        report(&format!("installing {program}, {purpose}"));
        let by_hand = format!("install {program} (Debian and Ubuntu: `apt-get install {package}`)");
        debian_package(package).with_context(|| by_hand.clone())?;
        ensure!(is_found(), "the installed package has no program {program}: {by_hand}");
    }
    Ok(())
}

/// Installs the load generator that `cargo xtask bench http` needs, where it is missing.
///
/// # Errors
/// If the load generator cannot be installed. The error says how to install it by hand.
pub(crate) fn for_http_bench() -> Result<()> {
    // wrk prints its version and fails, because there is no URL. So the exit status is not checked.
    if Command::new("wrk").arg("--version").output().is_ok() {
        return Ok(());
    }
    report("installing wrk, to generate load");
    debian_package("wrk")
        .context("install wrk (Debian and Ubuntu: `apt-get install wrk`; macOS: `brew install wrk`)")
}

/// Installs the toolchain and the fuzzer that `cargo xtask fuzz` needs, where they are missing.
///
/// # Errors
/// If a part cannot be installed. The error says how to install it by hand.
pub(crate) fn for_fuzzing() -> Result<()> {
    let is_installed = |arguments: &[&str]| cargo::output_of(Command::new("cargo").args(arguments)).is_some();
    if !is_installed(&["+nightly", "--version"]) {
        report("installing the nightly toolchain, to compile the fuzz targets");
        cargo::run(Command::new("rustup").args(["toolchain", "install", "nightly", "--profile", "minimal"]))
            .context("install it by hand: `rustup toolchain install nightly`")?;
    }
    if !is_installed(&["fuzz", "--version"]) {
        report("installing cargo-fuzz");
        cargo::run(&mut cargo::cargo(["install", "--locked", "cargo-fuzz"])?)
            .context("install it by hand: `cargo install cargo-fuzz`")?;
    }
    Ok(())
}

/// Installs a package of Debian or Ubuntu.
///
/// # Errors
/// If there is no `apt-get`, or `apt-get` fails.
pub(crate) fn debian_package(package: &str) -> Result<()> {
    let apt = |arguments: &[&str]| {
        // No questions, because there may be no terminal. No start of a server that a package installs, which run level 1
        // excludes. Another installation may hold the lock for minutes.
        let apt = [
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "RUNLEVEL=1",
            "apt-get",
            "-qq",
            "-o",
            "DPkg::Lock::Timeout=300",
        ];
        cargo::run_quietly(&mut as_root(&[&apt, arguments].concat()))
    };
    let install = || apt(&["install", "-y", "--no-install-recommends", package]);
    // The package lists may be missing or outdated.
    install().or_else(|_| apt(&["update"]).and_then(|()| install()))
}

/// Returns a command that runs as root, and never asks for a password.
pub(crate) fn as_root(command: &[&str]) -> Command {
    let words: &[&str] = if is_root() { &["env"] } else { &["sudo", "-n"] };
    let mut words = words.iter().chain(command);
    let mut command = Command::new(words.next().copied().unwrap_or_default());
    command.args(words);
    command
}

/// Returns whether this process runs as root.
pub(crate) fn is_root() -> bool {
    cargo::output_of(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn component(name: &str, subcommand: &str, purpose: &str) -> Result<()> {
    if cargo::output_of(&mut cargo::cargo([subcommand, "--version"])?).is_some() {
        return Ok(());
    }
    rustup("component", name, purpose)
}

/// Installs the libraries of a compilation target, where they are missing. `purpose` is printed.
///
/// # Errors
/// If the target cannot be installed. The error says how to install it by hand.
pub(crate) fn target(name: &str, purpose: &str) -> Result<()> {
    let mut rustc = Command::new("rustc");
    let libraries = cargo::output_of(rustc.args(["--print", "target-libdir", "--target", name]));
    if libraries.is_some_and(|path| Path::new(path.trim()).is_dir()) {
        return Ok(());
    }
    rustup("target", name, purpose)
}

fn rustup(kind: &str, name: &str, purpose: &str) -> Result<()> {
    report(&format!("installing the Rust {kind} {name}, {purpose}"));
    let mut add = Command::new("rustup");
    add.args([kind, "add", name]);
    if let Err(error) = cargo::run(&mut add) {
        bail!("{error:#}: install the Rust {kind} {name} by hand: `rustup {kind} add {name}` (rustup.rs)");
    }
    Ok(())
}

fn report(step: &str) {
    eprintln!("set-up: {step}");
}
