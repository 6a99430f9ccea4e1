//! The npm package `edgewise`.
//!
//! Each of its WASM files is the crate `edgewise-wasm` with one feature. `wasm-pkg/build.mjs` makes the JavaScript, and
//! holds what browsers download to a budget.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{cargo, install, node};

/// Where the package's sources are. What is built stands in `dist` below.
pub(crate) const PACKAGE: &str = "wasm-pkg";

/// The WASM files, each with the feature that makes it, and whether it is for speed rather than size.
const FILES: [(&str, &str, bool); 2] =
    [("edgewise.wasm", "decide", true), ("compile.wasm", "compile", false)];

/// What all runtimes that the package is for can do beyond the first WebAssembly: Node 20, Deno, Bun, workerd, and
/// browsers since 2023.
const TARGET_FEATURES: [&str; 5] =
    ["simd128", "bulk-memory", "sign-ext", "nontrapping-fptoint", "mutable-globals"];
/// The same in the words of wasm-opt.
const ENABLED: [&str; 5] = [
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
    cargo::succeed(node::node()?.arg(format!("{PACKAGE}/build.mjs")))?;
    cargo::succeed(node::tool("tsc")?.args(["-p", PACKAGE]))
}

/// The flag of rustc that turns [`TARGET_FEATURES`] on.
pub(crate) fn target_features() -> String {
    format!("-Ctarget-feature={}", TARGET_FEATURES.map(|feature| format!("+{feature}")).join(","))
}

fn wasm(feature: &str, for_speed: bool, to: &Path) -> Result<()> {
    // A directory of its own, so that other builds neither wait for these nor undo them.
    let target = cargo::target_directory()?.join("package");
    let mut build =
        cargo::cargo(["rustc", "--quiet", "--package", "edgewise-wasm", "--lib", "--crate-type", "cdylib"])?;
    build.args(["--profile", "wasm", "--target", install::NO_STD_TARGET, "--features", feature]);
    build.args(["--target-dir"]).arg(&target);
    let mut flags = vec![target_features()];
    if for_speed {
        // As fast as with more of it, and smaller.
        flags.push("-Cllvm-args=--inline-threshold=75".to_owned());
    } else {
        build.env("CARGO_PROFILE_WASM_OPT_LEVEL", "z");
    }
    // What separates flags in it is this character.
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    cargo::succeed(&mut build)?;

    // What the engine keeps apart stays apart: with fewer variables in a function, engines hold them in registers.
    let how: &[&str] = if for_speed { &["-O3", "--one-caller-inline-max-function-size=0"] } else { &["-Oz"] };
    let built = target.join(install::NO_STD_TARGET).join("wasm/edgewise_wasm.wasm");
    // Making it smaller takes longer than compiling it: only what has changed, or is to be done otherwise. It is kept beside what
    // it was made of, as several checkouts may share the directory.
    let kept = |what| target.join(format!("{feature}{}.{what}.wasm", how.concat()));
    let (before, small) = (kept("before"), kept("small"));
    if !small.exists() || !cargo::same(&built, &before) {
        let mut optimise = node::tool("wasm-opt")?;
        optimise.args(ENABLED).args(how).arg(&built).arg("-o").arg(&small);
        cargo::succeed(&mut optimise)?;
        fs::copy(&built, &before).with_context(|| format!("cannot write {}", before.display()))?;
    }
    fs::copy(&small, to).map(drop).with_context(|| format!("cannot write {}", to.display()))
}
