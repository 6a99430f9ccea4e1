//! The npm package `edgewise`.
//!
//! Each WASM file of the package is the crate `edgewise-wasm` with one feature. `wasm-pkg/build.mjs` builds the
//! JavaScript, and checks the size of what browsers download.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::record::Record;
use crate::{cargo, install, node};

/// The directory of the package's sources. The output is in `dist` below.
pub(crate) const PACKAGE: &str = "wasm-pkg";

/// The WASM files, each with its cargo feature, and whether it is optimized for speed (`true`) or for size.
const FILES: [(&str, &str, bool); 2] =
    [("edgewise.wasm", "decide", true), ("compile.wasm", "compile", false)];

/// Target features that all supported runtimes have: Node 20, Deno, Bun, workerd, and browsers since 2023. The names
/// are the compiler's.
const TARGET_FEATURES: [&str; 5] =
    ["simd128", "bulk-memory", "sign-ext", "nontrapping-fptoint", "mutable-globals"];
/// The same features as options of wasm-opt.
const OPTIMIZER_FEATURES: [&str; 5] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
];

/// Builds the package into its `dist`.
///
/// # Errors
/// If a part cannot be built, or the package is larger than its budget.
pub(crate) fn build() -> Result<()> {
    install::for_package()?;
    node::install(node::TOOLS)?;
    let dist = cargo::root()?.join(PACKAGE).join("dist");
    fs::create_dir_all(&dist)?;
    for (file, feature, for_speed) in FILES {
        wasm(feature, for_speed, &dist.join(file))?;
    }
    let types = dist.join("types");
    if types.exists() {
        fs::remove_dir_all(&types).with_context(|| format!("cannot empty {}", types.display()))?;
    }
    cargo::run(node::tool("tsc")?.args(["-p", PACKAGE]))?;
    cargo::run(node::node()?.arg(format!("{PACKAGE}/build.mjs")))
}

/// Returns the rustc flag that enables [`TARGET_FEATURES`].
pub(crate) fn target_features() -> String {
    format!("-Ctarget-feature={}", TARGET_FEATURES.map(|feature| format!("+{feature}")).join(","))
}

fn wasm(feature: &str, for_speed: bool, to: &Path) -> Result<()> {
    // A target directory of its own: other builds do not wait for these, and do not replace their output.
    let target = cargo::target_directory()?.join("package");
    let mut build =
        cargo::cargo(["rustc", "--quiet", "--package", "edgewise-wasm", "--lib", "--crate-type", "cdylib"])?;
    build.args(["--profile", "wasm", "--target", install::NO_STD_TARGET, "--features", feature]);
    build.args(["--target-dir"]).arg(&target);
    let mut flags = vec![target_features()];
    if for_speed {
        // More inlining makes the module larger, and not faster.
        flags.push("-Cllvm-args=--inline-threshold=75".to_owned());
    } else {
        build.env("CARGO_PROFILE_WASM_OPT_LEVEL", "z");
    }
    // Cargo expects this separator.
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    cargo::run(&mut build)?;

    // Functions with few variables are faster, because runtimes keep the variables in registers. So wasm-opt must not
    // inline functions that the engine keeps separate.
    let options: &[&str] =
        if for_speed { &["-O3", "--one-caller-inline-max-function-size=0"] } else { &["-Oz"] };
    let built = target.join(install::NO_STD_TARGET).join("wasm/edgewise_wasm.wasm");
    // Optimizing takes longer than compiling, so a module is optimized again only if the module, wasm-opt or the options
    // changed.
    let options = [&OPTIMIZER_FEATURES, options].concat();
    let recipe = format!("{}\n{}\n", node::version("wasm-opt")?, options.join(" "));
    let optimized = target.join(format!("{feature}.small.wasm"));
    let record = Record::new(target.join(format!("{feature}.record")), &recipe, &[&built])?;
    record.make(&[&optimized], || {
        cargo::run(node::tool("wasm-opt")?.args(&options).arg(&built).arg("-o").arg(&optimized))
    })?;
    fs::copy(&optimized, to).map(drop).with_context(|| format!("cannot write {}", to.display()))
}
