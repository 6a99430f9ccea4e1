//! `cargo xtask dashboard`: what browsers load of the dashboard. Building `edgewise` with the feature `dashboard` embeds it.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use super::bindgen;
use crate::{cargo, install, node};

/// What it is compiled for.
const TARGET: &str = "wasm32-unknown-unknown";
/// Its profile in Cargo.toml.
const PROFILE: &str = "dashboard";
/// Where its sources are. What is built stands in `dist` below.
const DASHBOARD: &str = "dashboard-leptos";
/// Builds it, unless it is there as it would be built.
///
/// # Errors
/// If a tool is missing or fails, or what was built is larger than its budget.
pub(crate) fn build() -> Result<()> {
    install::target(TARGET, "to compile the dashboard")?;
    node::install(node::TOOLS)?;
    cargo::succeed(&mut compile("rustc", &["--quiet", "--lib", "--crate-type", "cdylib"])?)?;
    let built = cargo::target_directory()?.join(TARGET).join(PROFILE);
    let module = built.join("edgewise_dashboard.wasm");
    let made = built.join("browser");

    // Making it small takes longer than compiling it after a small change: only what has changed.
    let before = made.join("before.wasm");
    let small = made.join("small.wasm");
    if !small.exists() || !cargo::same(&module, &before) {
        bindgen::write(&module, "edgewise", &made)?;
        // What `-Oz` makes smaller still compresses less well, and is larger then.
        bindgen::optimise(&made.join("edgewise_bg.wasm"), &small, &["-Os"])?;
        fs::copy(&module, &before).with_context(|| format!("cannot write {}", before.display()))?;
    }
    let (script, style) = (made.join("script.js"), made.join("style.css"));
    minify(&made.join("edgewise.js"), &script, &["--format=esm"])?;
    minify(&cargo::root()?.join(DASHBOARD).join("style/index.css"), &style, &["--bundle"])?;

    let mut assets = node::node()?;
    assets.arg(format!("{DASHBOARD}/assets.mjs")).arg(format!("{DASHBOARD}/dist"));
    cargo::succeed(assets.args([style, script, small]))
}

/// Lints what is compiled for browsers alone.
///
/// # Errors
/// If the target cannot be installed.
pub(crate) fn clippy() -> Result<Command> {
    install::target(TARGET, "to compile the dashboard")?;
    let mut clippy = compile("clippy", &["--lib"])?;
    clippy.args(["--", "-D", "warnings"]);
    Ok(clippy)
}

fn compile(how: &str, arguments: &[&str]) -> Result<Command> {
    let mut compile = cargo::cargo([how, "--package", "edgewise-dashboard"])?;
    compile.args(["--profile", PROFILE, "--target", TARGET]).args(arguments);
    Ok(compile)
}

fn minify(file: &Path, to: &Path, how: &[&str]) -> Result<()> {
    let mut esbuild = node::tool("esbuild")?;
    esbuild.arg(file).arg(format!("--outfile={}", to.display())).args(how);
    cargo::succeed_quietly(esbuild.args(["--minify", "--target=es2022", "--log-level=warning"]))
}
