//! What must be installed, and installing it. Each step says what it does and why.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::cargo;

/// The target that has no `std`: what compiles for it needs only `alloc`.
pub(crate) const NO_STD_TARGET: &str = "wasm32v1-none";

/// Installs what `cargo xtask test` needs to build and check, where it is missing.
///
/// # Errors
/// Say what is missing and how to get it by hand.
pub(crate) fn for_tests() -> Result<()> {
    component("rustfmt", "fmt", "to check the format")?;
    component("clippy", "clippy", "to lint")?;
    target(NO_STD_TARGET, "to prove that the engine needs no `std`")
}

/// Installs what `cargo xtask package` needs beside what Node brings, where it is missing.
///
/// # Errors
/// Say what is missing and how to get it by hand.
pub(crate) fn for_package() -> Result<()> {
    target(NO_STD_TARGET, "to compile the npm package")
}

/// A Chromium, which is installed where there is none.
///
/// # Errors
/// Say how to get it by hand.
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
    say("installing Chromium, to test the npm package in a browser");
    let how = "install Chromium (Debian: `apt-get install chromium`)";
    apt_install("chromium").context(how)?;
    found().context(how)
}

/// Installs what `cargo xtask bench http` needs, where it is missing.
///
/// # Errors
/// Say what is missing and how to get it by hand.
pub(crate) fn for_http_bench() -> Result<()> {
    // Without a URL, wrk prints its version and fails: only whether it starts counts.
    if Command::new("wrk").arg("--version").output().is_ok() {
        return Ok(());
    }
    say("installing wrk, to put load on the servers");
    apt_install("wrk")
        .context("install wrk (Debian and Ubuntu: `apt-get install wrk`; macOS: `brew install wrk`)")
}

/// Installs what `cargo xtask fuzz` needs, where it is missing.
///
/// # Errors
/// Say what is missing and how to get it by hand.
pub(crate) fn for_fuzzing() -> Result<()> {
    let has = |arguments: &[&str]| cargo::output_of(Command::new("cargo").args(arguments)).is_some();
    if !has(&["+nightly", "--version"]) {
        say("installing the nightly toolchain, to compile what is fuzzed");
        cargo::succeed(Command::new("rustup").args([
            "toolchain",
            "install",
            "nightly",
            "--profile",
            "minimal",
        ]))
        .context("install it by hand: `rustup toolchain install nightly`")?;
    }
    if !has(&["fuzz", "--version"]) {
        say("installing cargo-fuzz");
        cargo::succeed(&mut cargo::cargo(["install", "--locked", "cargo-fuzz"])?)
            .context("install it by hand: `cargo install cargo-fuzz`")?;
    }
    Ok(())
}

/// Installs a package of Debian or Ubuntu.
///
/// # Errors
/// If there is no `apt-get`, or it fails.
pub(crate) fn apt_install(package: &str) -> Result<()> {
    let apt = |arguments: &[&str]| {
        // Never ask anything: nobody may be there to answer. Another installation may be under way.
        let apt =
            ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"];
        cargo::succeed_quietly(&mut as_root(&[&apt, arguments].concat()))
    };
    let install = || apt(&["install", "-y", "--no-install-recommends", package]);
    // The lists of packages may be missing or old.
    install().or_else(|_| apt(&["update"]).and_then(|()| install()))
}

/// A command that root runs. It never asks for a password.
pub(crate) fn as_root(command: &[&str]) -> Command {
    let words: &[&str] = if is_root() { &["env"] } else { &["sudo", "-n"] };
    let mut words = words.iter().chain(command);
    let mut command = Command::new(words.next().copied().unwrap_or_default());
    command.args(words);
    command
}

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    cargo::output_of(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn component(name: &str, subcommand: &str, purpose: &str) -> Result<()> {
    if cargo::output_of(&mut cargo::cargo([subcommand, "--version"])?).is_some() {
        return Ok(());
    }
    rustup("component", name, purpose)
}

/// Installs the libraries of a compilation target, where they are missing.
///
/// # Errors
/// Says how to get them by hand.
pub(crate) fn target(name: &str, purpose: &str) -> Result<()> {
    let mut rustc = Command::new("rustc");
    let libraries = cargo::output_of(rustc.args(["--print", "target-libdir", "--target", name]));
    if libraries.is_some_and(|path| Path::new(path.trim()).is_dir()) {
        return Ok(());
    }
    rustup("target", name, purpose)
}

fn rustup(kind: &str, name: &str, purpose: &str) -> Result<()> {
    say(&format!("installing the Rust {kind} {name}, {purpose}"));
    let mut add = Command::new("rustup");
    add.args([kind, "add", name]);
    if let Err(problem) = cargo::succeed(&mut add) {
        bail!("{problem:#}: install the Rust {kind} {name} by hand: `rustup {kind} add {name}` (rustup.rs)");
    }
    Ok(())
}

fn say(what: &str) {
    eprintln!("set-up: {what}");
}
