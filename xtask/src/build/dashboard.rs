//! `cargo xtask dashboard`: builds the dashboard's browser files. Building `edgewise` with the feature `dashboard`
//! embeds the files.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use super::bindgen;
use crate::{cargo, install, node};

/// The compilation target of the browser side.
const TARGET: &str = "wasm32-unknown-unknown";
/// The profile of the browser side in Cargo.toml.
const PROFILE: &str = "dashboard";
/// The directory of the sources. The output is in `dist` below.
const DASHBOARD: &str = "dashboard-leptos";
/// Builds the browser files where they are missing or outdated.
///
/// # Errors
/// If a tool is missing or fails, or a file is larger than its budget.
pub(crate) fn build() -> Result<()> {
    install::target(TARGET, "to compile the dashboard")?;
    node::install(node::TOOLS)?;
    cargo::run(&mut compile("rustc", &["--quiet", "--lib", "--crate-type", "cdylib"])?)?;
    let built = cargo::target_directory()?.join(TARGET).join(PROFILE);
    let module = built.join("edgewise_dashboard.wasm");
    let generated = built.join("browser");

    // Optimizing takes longer than compiling after a small change, so an unchanged module is not optimized again.
    let input = generated.join("before.wasm");
    let optimized = generated.join("small.wasm");
    if !optimized.exists() || !cargo::same_content(&module, &input) {
        bindgen::write(&module, "edgewise", &generated)?;
        // The result of `-Oz` is smaller, but larger once it is compressed.
        bindgen::optimize(&generated.join("edgewise_bg.wasm"), &optimized, &["-Os"])?;
        fs::copy(&module, &input).with_context(|| format!("cannot write {}", input.display()))?;
    }
    let (script, style) = (generated.join("script.js"), generated.join("style.css"));
    minify(&generated.join("edgewise.js"), &script, &["--format=esm"])?;
    minify(&cargo::root()?.join(DASHBOARD).join("style/index.css"), &style, &["--bundle"])?;

    let mut assets = node::node()?;
    assets.arg(format!("{DASHBOARD}/assets.mjs")).arg(format!("{DASHBOARD}/dist"));
    cargo::run(assets.args([style, script, optimized]))
}

/// Returns the command that lints the dashboard for browsers.
///
/// # Errors
/// If the target cannot be installed.
pub(crate) fn clippy() -> Result<Command> {
    install::target(TARGET, "to compile the dashboard")?;
    let mut clippy = compile("clippy", &["--lib"])?;
    clippy.args(["--", "-D", "warnings"]);
    Ok(clippy)
}

fn compile(subcommand: &str, arguments: &[&str]) -> Result<Command> {
    let mut compile = cargo::cargo([subcommand, "--package", "edgewise-dashboard"])?;
    compile.args(["--profile", PROFILE, "--target", TARGET]).args(arguments);
    Ok(compile)
}

fn minify(file: &Path, to: &Path, options: &[&str]) -> Result<()> {
    let mut esbuild = node::tool("esbuild")?;
    esbuild.arg(file).arg(format!("--outfile={}", to.display())).args(options);
    cargo::run_quietly(esbuild.args(["--minify", "--target=es2022", "--log-level=warning"]))
}
