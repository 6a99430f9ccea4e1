//! The JavaScript side of modules that use wasm-bindgen, and making them small.

use std::{fs, path::Path};

use anyhow::Result;

use crate::{cargo, node};

/// What writes the JavaScript side: a workspace of its own.
const BINDGEN: &str = "xtask/bindgen/Cargo.toml";

/// What the optimiser may use: what the compiler uses, and all runtimes and browsers know.
const FEATURES: [&str; 7] = [
    "simd",
    "bulk-memory",
    "bulk-memory-opt",
    "multivalue",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// Writes `{name}.js` and `{name}_bg.wasm` for a module.
///
/// # Errors
/// If the tool cannot be built, or fails.
pub(crate) fn write(module: &Path, name: &str, directory: &Path) -> Result<()> {
    let bindgen = ["build", "--manifest-path", BINDGEN];
    let bindgen = cargo::build_executable("edgewise-bindgen", &bindgen)?;
    fs::create_dir_all(directory)?;
    cargo::succeed_quietly(cargo::command(bindgen)?.arg(module).arg(directory).arg(name))
}

/// Makes a module small, in the way that `options` tell `wasm-opt`.
///
/// # Errors
/// If the tool is missing or fails.
pub(crate) fn optimise(module: &Path, to: &Path, options: &[&str]) -> Result<()> {
    let mut optimise = node::tool("wasm-opt")?;
    optimise
        .args(options)
        .arg("--low-memory-unused")
        .args(FEATURES.map(|feature| format!("--enable-{feature}")));
    cargo::succeed_quietly(optimise.arg(module).arg("-o").arg(to))
}
