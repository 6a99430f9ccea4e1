//! Generating the JavaScript side of WASM modules that use wasm-bindgen, and optimizing the modules.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use super::record::digest;
use crate::{cargo, node};

/// The generator: a workspace of its own.
const BINDGEN: &str = "xtask/bindgen/Cargo.toml";

/// The WASM features that the compiler uses, and that all runtimes and browsers have.
const FEATURES: [&str; 7] = [
    "simd",
    "bulk-memory",
    "bulk-memory-opt",
    "multivalue",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// Writes `{name}.js` and `{name}_bg.wasm` for a module into a directory. With `link`, the module is split first: the parts are in
/// the directory `parts` below, and import their loaders from the JavaScript module `link`.
///
/// # Errors
/// If the generator cannot be built, or fails.
pub(crate) fn write(module: &Path, name: &str, directory: &Path, link: Option<&str>) -> Result<()> {
    fs::create_dir_all(directory)?;
    let mut generate = cargo::command(generator()?)?;
    cargo::run_quietly(generate.arg(module).arg(directory).arg(name).args(link))
}

/// Returns what [`write`] and [`optimize`] with these options run: the tools, their versions, and all options.
///
/// # Errors
/// If a tool is missing or fails.
pub(crate) fn recipe(options: &[&str]) -> Result<String> {
    let (generator, optimizer) = (digest(&generator()?)?, node::version("wasm-opt")?);
    Ok(format!("generator {generator}\n{optimizer}\n{}\n", all_options(options).join(" ")))
}

/// Builds the generator, and returns its path.
fn generator() -> Result<PathBuf> {
    cargo::build_executable("edgewise-bindgen", &["build", "--manifest-path", BINDGEN])
}

/// Merges modules into one. A module imports from the others under their names.
///
/// # Errors
/// If `wasm-merge` is missing or fails.
pub(crate) fn merge(modules: &[(PathBuf, String)], to: &Path) -> Result<()> {
    let mut merge = node::tool("wasm-merge")?;
    merge.args(FEATURES.map(|feature| format!("--enable-{feature}"))).arg("--rename-export-conflicts");
    for (module, name) in modules {
        merge.arg(module).arg(name);
    }
    cargo::run_quietly(merge.arg("-o").arg(to))
}

fn all_options(options: &[&str]) -> Vec<String> {
    let features = FEATURES.map(|feature| format!("--enable-{feature}"));
    let options = options.iter().chain(&["--low-memory-unused"]).map(|option| (*option).to_owned());
    options.chain(features).collect()
}

/// Optimizes a module with `wasm-opt` and these options.
///
/// # Errors
/// If `wasm-opt` is missing or fails.
pub(crate) fn optimize(module: &Path, to: &Path, options: &[&str]) -> Result<()> {
    let mut optimize = node::tool("wasm-opt")?;
    cargo::run_quietly(optimize.args(all_options(options)).arg(module).arg("-o").arg(to))
}
