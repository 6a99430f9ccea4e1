//! `cargo xtask dashboard`: builds the dashboard's browser files. Building `edgewise` with the feature `dashboard`
//! embeds the files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{bindgen, record::Record};
use crate::{cargo, install, node};

/// The compilation target of the browser side.
const TARGET: &str = "wasm32-unknown-unknown";
/// The profile of the browser side in Cargo.toml.
const PROFILE: &str = "dashboard";
/// The directory of the sources. The output is in `dist` below.
const DASHBOARD: &str = "dashboard-leptos";
/// The options of wasm-opt. The result of `-Oz` is smaller, but larger once it is compressed.
const OPTIMIZE: [&str; 1] = ["-Os"];

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
    let (glue, optimized) = (generated.join("edgewise.js"), generated.join("small.wasm"));
    fs::create_dir_all(&generated).with_context(|| format!("cannot create {}", generated.display()))?;
    let record = generated.join("optimized.record");
    Record::new(record, &bindgen::recipe(&OPTIMIZE)?, &[&module])?.make(&[&glue, &optimized], || {
        bindgen::write(&module, "edgewise", &generated)?;
        bindgen::optimize(&generated.join("edgewise_bg.wasm"), &optimized, &OPTIMIZE)
    })?;
    let sources = cargo::root()?.join(DASHBOARD);
    let (script, style) = (generated.join("script.js"), generated.join("style.css"));
    let silent = generated.join("silent.js");
    silence_replaced_instances(&glue, &silent)?;
    let glue = format!("--alias:edgewise-glue={}", silent.display());
    // The glue imports the scripts that lie beside components.
    minify(&sources.join("browser/start.js"), &script, &["--bundle", "--format=esm", &glue])?;
    minify(&sources.join("style/index.css"), &style, &["--bundle"])?;

    write_assets(&generated.join("compressed.record"), &[&style, &script, &optimized])
}

/// Writes the glue with listeners that do nothing after their instance was replaced. As generated, each call of them would be an
/// error in the browser's console.
fn silence_replaced_instances(glue: &Path, to: &Path) -> Result<()> {
    const LOUD: &str = "throw new Error('Cannot invoke closure from previous WASM instance');";
    let text = fs::read_to_string(glue).with_context(|| format!("cannot read {}", glue.display()))?;
    ensure!(
        text.contains(LOUD),
        "{} checks no instance: look at what wasm-bindgen generates",
        glue.display()
    );
    fs::write(to, text.replace(LOUD, "return;")).with_context(|| format!("cannot write {}", to.display()))
}

/// Writes files and their compressed copies, under the names that browsers load. Compressing takes seconds, so copies
/// of unchanged files are kept.
fn write_assets(record: &Path, files: &[&Path]) -> Result<()> {
    let root = cargo::root()?;
    let (program, output) = (root.join(DASHBOARD).join("assets.mjs"), root.join(DASHBOARD).join("dist"));
    // The program itself holds the options of compression.
    let compressor = cargo::read(node::node()?.args(["-p", "JSON.stringify(process.versions)"]))?;
    let inputs = [files, &[program.as_path()]].concat();
    let record = Record::new(record.to_owned(), &String::from_utf8_lossy(&compressor), &inputs)?;

    let written = files_in(&output)?;
    let is_current = record.covers(&written.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    let mut assets = node::node()?;
    assets.arg(program).args(is_current.then_some("--keep")).arg(&output).args(files);
    cargo::run(&mut assets)?;
    let written = files_in(&output)?;
    record.write(&written.iter().map(PathBuf::as_path).collect::<Vec<_>>())
}

/// Returns the paths of the files in a directory, in the order of their names. A missing directory has no files.
fn files_in(directory: &Path) -> Result<Vec<PathBuf>> {
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let entries = directory.read_dir().with_context(|| format!("cannot list {}", directory.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
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
