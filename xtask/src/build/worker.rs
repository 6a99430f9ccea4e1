//! `cargo xtask worker`: builds the edge worker for `wrangler deploy` and `workerd serve`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::bindgen;
use crate::{cargo, install, node};

/// The worker's compilation target.
const TARGET: &str = "wasm32-unknown-unknown";
/// The worker's profile in Cargo.toml.
const PROFILE: &str = "worker";
/// SIMD, which the runtime has: the engine hashes eight salts at a time with it.
const RUSTFLAGS: &str = "-Ctarget-feature=+simd128";
/// The largest allowed size of a compressed worker, in bytes: each new isolate loads the worker.
const GZIP_LIMIT: usize = 220_000;
/// The output directory, which wrangler.toml and config.capnp name.
const OUTPUT: &str = "edge-worker/dist";

/// Builds the worker, and prints its size.
///
/// # Errors
/// If a tool is missing or fails, or the worker is larger than its limit.
pub(crate) fn run() -> Result<()> {
    let output = build()?;
    let mut compressed = 0;
    for file in ["index.js", "edgewise_worker.wasm"] {
        let path = output.join(file);
        let (bytes, gzip) = (fs::metadata(&path)?.len(), gzip_bytes(&path)?);
        eprintln!("worker: {OUTPUT}/{file}: {bytes} bytes, {gzip} compressed by gzip");
        compressed += gzip;
    }
    eprintln!("worker: {compressed} bytes in total, compressed by gzip");
    ensure!(
        compressed <= GZIP_LIMIT,
        "the worker has {compressed} bytes compressed, more than {GZIP_LIMIT}: find out what was added"
    );
    eprintln!(
        "worker: run it with `workerd serve edge-worker/config.capnp`, or deploy it with `wrangler deploy` in \
         edge-worker/ (docs/edge.md)"
    );
    Ok(())
}

/// Returns the command that lints the worker for its own target.
///
/// # Errors
/// If the target cannot be installed.
pub(crate) fn clippy() -> Result<Command> {
    install::target(TARGET, "to compile the worker")?;
    let lint = ["clippy", "--package", "edgewise-worker", "--target", TARGET, "--lib", "--examples"];
    let mut clippy = cargo::cargo(lint)?;
    // The flags that the worker is compiled with.
    clippy.args(["--", "-D", "warnings"]).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS);
    Ok(clippy)
}

/// Builds the worker, and returns the output directory.
///
/// # Errors
/// If a tool is missing or fails.
fn build() -> Result<PathBuf> {
    let output = cargo::root()?.join(OUTPUT);
    bundle(Crate::Worker, "edge-worker/js/entry.js", &output)?;
    Ok(output)
}

/// What to compile.
#[derive(Clone, Copy)]
pub(crate) enum Crate {
    Worker,
    /// An example of the worker's crate, for the benchmark.
    Example(&'static str),
}

/// Compiles a worker, and bundles it with its JavaScript entry into `index.js` and `edgewise_worker.wasm` in `output`.
///
/// # Errors
/// If a tool is missing or fails.
pub(crate) fn bundle(source: Crate, entry: &str, output: &Path) -> Result<()> {
    install::target(TARGET, "to compile the worker")?;
    let mut arguments =
        vec!["build", "--package", "edgewise-worker", "--profile", PROFILE, "--target", TARGET];
    match source {
        Crate::Worker => arguments.push("--lib"),
        Crate::Example(name) => arguments.extend(["--example", name]),
    }
    let mut build = cargo::cargo(arguments)?;
    cargo::run(build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS))?;
    let built = cargo::target_directory()?.join(TARGET).join(PROFILE);
    let (module, name) = match source {
        Crate::Worker => (built.join("edgewise_worker.wasm"), "edgewise_worker"),
        Crate::Example(name) => (built.join("examples").join(format!("{name}.wasm")), name),
    };
    let entry = cargo::root()?.join(entry);

    let generated = built.join("bindgen").join(name);
    bindgen::write(&module, "edgewise_worker", &generated, None)?;
    fs::create_dir_all(output)?;
    let module = generated.join("edgewise_worker_bg.wasm");
    bindgen::optimize(&module, &output.join("edgewise_worker.wasm"), &["-Oz", "--converge"])?;

    // The entry imports the generated files by relative paths.
    let copied_entry = generated.join("entry.js");
    fs::copy(&entry, &copied_entry).with_context(|| format!("cannot copy {}", entry.display()))?;
    let mut esbuild = node::tool("esbuild")?;
    esbuild.arg(copied_entry).arg(format!("--outfile={}", output.join("index.js").display()));
    esbuild.args(["--bundle", "--format=esm", "--target=es2022", "--minify", "--external:*.wasm"]);
    cargo::run_quietly(esbuild.arg("--log-level=warning"))
}

/// Returns the size of a file compressed by gzip, which Cloudflare limits.
///
/// # Errors
/// If there is no gzip, or gzip fails.
fn gzip_bytes(file: &Path) -> Result<usize> {
    ensure!(fs::metadata(file)?.len() > 0, "{} is empty", file.display());
    Ok(cargo::read(cargo::command("gzip")?.args(["-9", "--stdout"]).arg(file))?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_compressed_has_no_size() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("index.js");
        assert!(gzip_bytes(&file).is_err());
        fs::write(&file, "").unwrap();
        assert!(gzip_bytes(&file).is_err());
        fs::write(&file, "a".repeat(1_000)).unwrap();
        assert!((20..100).contains(&gzip_bytes(&file).unwrap()));
    }
}
