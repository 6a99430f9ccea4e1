//! `cargo xtask worker`: builds the edge worker, as `wrangler deploy` and `workerd serve` take it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{cargo, node, setup};

/// What the worker is compiled for.
const TARGET: &str = "wasm32-unknown-unknown";
/// Its profile in Cargo.toml.
const PROFILE: &str = "worker";
/// What the runtime's processor can do: hashing eight salts at a time needs it.
const RUSTFLAGS: &str = "-Ctarget-feature=+simd128";
/// What the optimiser may use: what the compiler uses, and the runtime knows.
const FEATURES: [&str; 7] = [
    "simd",
    "bulk-memory",
    "bulk-memory-opt",
    "multivalue",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];
/// Where a worker is laid down; wrangler.toml and config.capnp name it.
const OUTPUT: &str = "edge-worker/dist";
/// What writes the JavaScript side: a workspace of its own.
const BINDGEN: &str = "xtask/bindgen/Cargo.toml";

#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args) -> Result<()> {
    let output = build()?;
    for file in ["index.js", "edgewise_worker.wasm"] {
        let path = output.join(file);
        let bytes = fs::metadata(&path)?.len();
        eprintln!("worker: {OUTPUT}/{file}: {bytes} bytes, {} compressed by gzip", gzip_bytes(&path)?);
    }
    eprintln!(
        "worker: to try it: `workerd serve edge-worker/config.capnp`; to deploy it: `wrangler deploy` in edge-worker/ \
         (docs/edge.md)"
    );
    Ok(())
}

/// Builds the worker, and returns the directory in which it lies.
///
/// # Errors
/// If a tool is missing or fails.
pub(crate) fn build() -> Result<PathBuf> {
    let output = cargo::root()?.join(OUTPUT);
    bundle(Crate::Worker, "edge-worker/js/entry.js", &output)?;
    Ok(output)
}

/// What is compiled.
#[derive(Clone, Copy)]
pub(crate) enum Crate {
    Worker,
    /// An example of the worker's crate, for the bench.
    Example(&'static str),
}

/// Compiles one, and bundles it with its entry into `output`: `index.js` and `edgewise_worker.wasm`.
///
/// # Errors
/// If a tool is missing or fails.
pub(crate) fn bundle(what: Crate, entry: &str, output: &Path) -> Result<()> {
    setup::target(TARGET, "to compile the worker")?;
    let mut arguments =
        vec!["build", "--package", "edgewise-worker", "--profile", PROFILE, "--target", TARGET];
    match what {
        Crate::Worker => arguments.push("--lib"),
        Crate::Example(name) => arguments.extend(["--example", name]),
    }
    let mut build = cargo::cargo(arguments)?;
    cargo::succeed(build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS))?;
    let built = target_directory()?.join(TARGET).join(PROFILE);
    let (module, name) = match what {
        Crate::Worker => (built.join("edgewise_worker.wasm"), "edgewise_worker"),
        Crate::Example(name) => (built.join("examples").join(format!("{name}.wasm")), name),
    };

    let bindgen = ["build", "--manifest-path", BINDGEN];
    let bindgen = cargo::build_executable("edgewise-bindgen", &bindgen)?;
    let made = built.join("bindgen").join(name);
    fs::create_dir_all(&made)?;
    cargo::succeed_quietly(cargo::command(bindgen)?.arg(&module).arg(&made))?;

    fs::create_dir_all(output)?;
    let mut optimise = node::tool("wasm-opt")?;
    optimise.arg("-Oz").args(FEATURES.map(|feature| format!("--enable-{feature}")));
    optimise.arg(made.join("edgewise_worker_bg.wasm")).arg("-o").arg(output.join("edgewise_worker.wasm"));
    cargo::succeed_quietly(&mut optimise)?;

    // Beside what it imports.
    let entry_made = made.join("entry.js");
    fs::copy(cargo::root()?.join(entry), &entry_made).with_context(|| format!("cannot copy {entry}"))?;
    let mut esbuild = node::tool("esbuild")?;
    esbuild.arg(entry_made).arg(format!("--outfile={}", output.join("index.js").display()));
    esbuild.args(["--bundle", "--format=esm", "--target=es2022", "--minify", "--external:*.wasm"]);
    cargo::succeed_quietly(esbuild.arg("--log-level=warning"))
}

/// How long a file is once it is compressed, as Cloudflare counts.
///
/// # Errors
/// If there is no gzip.
pub(crate) fn gzip_bytes(file: &Path) -> Result<usize> {
    let mut gzip = cargo::command("gzip")?;
    let output = gzip.args(["-9", "--stdout"]).arg(file).output().context("cannot start gzip")?;
    Ok(output.stdout.len())
}

/// Where cargo builds.
fn target_directory() -> Result<PathBuf> {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => Ok(cargo::root()?.join(directory)),
        None => Ok(cargo::root()?.join("target")),
    }
}
