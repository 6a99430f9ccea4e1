//! Generating the JavaScript side of WASM modules that use wasm-bindgen, and optimizing the modules.

use std::{fs, path::Path};

use anyhow::Result;

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

/// Writes `{name}.js` and `{name}_bg.wasm` for a module into a directory.
///
/// # Errors
/// If the generator cannot be built, or fails.
pub(crate) fn write(module: &Path, name: &str, directory: &Path) -> Result<()> {
    let bindgen = ["build", "--manifest-path", BINDGEN];
    let bindgen = cargo::build_executable("edgewise-bindgen", &bindgen)?;
    fs::create_dir_all(directory)?;
    cargo::run_quietly(cargo::command(bindgen)?.arg(module).arg(directory).arg(name))
}

/// Optimizes a module with `wasm-opt` and these options.
///
/// # Errors
/// If `wasm-opt` is missing or fails.
pub(crate) fn optimize(module: &Path, to: &Path, options: &[&str]) -> Result<()> {
    let mut optimize = node::tool("wasm-opt")?;
    optimize
        .args(options)
        .arg("--low-memory-unused")
        .args(FEATURES.map(|feature| format!("--enable-{feature}")));
    cargo::run_quietly(optimize.arg(module).arg("-o").arg(to))
}
