//! `cargo xtask worker`: builds the edge worker, as `wrangler deploy` and `workerd serve` take it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::bindgen;
use crate::{cargo, install, node};

/// What the worker is compiled for.
const TARGET: &str = "wasm32-unknown-unknown";
/// Its profile in Cargo.toml.
const PROFILE: &str = "worker";
/// What the runtime's processor can do: hashing eight salts at a time needs it.
const RUSTFLAGS: &str = "-Ctarget-feature=+simd128";
/// What a worker may weigh, compressed: each isolate that begins loads it.
const GZIP_LIMIT: usize = 200_000;
/// Where a worker is laid down; wrangler.toml and config.capnp name it.
const OUTPUT: &str = "edge-worker/dist";

pub(crate) fn run() -> Result<()> {
    let output = build()?;
    let mut compressed = 0;
    for file in ["index.js", "edgewise_worker.wasm"] {
        let path = output.join(file);
        let (bytes, gzip) = (fs::metadata(&path)?.len(), gzip_bytes(&path)?);
        eprintln!("worker: {OUTPUT}/{file}: {bytes} bytes, {gzip} compressed by gzip");
        compressed += gzip;
    }
    eprintln!("worker: {compressed} bytes in all, compressed");
    ensure!(compressed <= GZIP_LIMIT, "that is more than {GZIP_LIMIT}: find out what has been added");
    eprintln!(
        "worker: to try it: `workerd serve edge-worker/config.capnp`; to deploy it: `wrangler deploy` in edge-worker/ \
         (docs/edge.md)"
    );
    Ok(())
}

/// Lints what is compiled for the runtime alone.
///
/// # Errors
/// If the target cannot be installed.
pub(crate) fn clippy() -> Result<Command> {
    install::target(TARGET, "to compile the worker")?;
    let lint = ["clippy", "--package", "edgewise-worker", "--target", TARGET, "--lib", "--examples"];
    let mut clippy = cargo::cargo(lint)?;
    // As it is compiled.
    clippy.args(["--", "-D", "warnings"]).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS);
    Ok(clippy)
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
    install::target(TARGET, "to compile the worker")?;
    let mut arguments =
        vec!["build", "--package", "edgewise-worker", "--profile", PROFILE, "--target", TARGET];
    match what {
        Crate::Worker => arguments.push("--lib"),
        Crate::Example(name) => arguments.extend(["--example", name]),
    }
    let mut build = cargo::cargo(arguments)?;
    cargo::succeed(build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS))?;
    let built = cargo::target_directory()?.join(TARGET).join(PROFILE);
    let (module, name) = match what {
        Crate::Worker => (built.join("edgewise_worker.wasm"), "edgewise_worker"),
        Crate::Example(name) => (built.join("examples").join(format!("{name}.wasm")), name),
    };
    let entry = cargo::root()?.join(entry);

    let made = built.join("bindgen").join(name);
    bindgen::write(&module, "edgewise_worker", &made)?;
    fs::create_dir_all(output)?;
    let module = made.join("edgewise_worker_bg.wasm");
    bindgen::optimise(&module, &output.join("edgewise_worker.wasm"), &["-Oz", "--converge"])?;

    // Beside what it imports.
    let entry_made = made.join("entry.js");
    fs::copy(&entry, &entry_made).with_context(|| format!("cannot copy {}", entry.display()))?;
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
