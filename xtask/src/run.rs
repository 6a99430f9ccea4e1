//! `cargo xtask run`: builds and serves the whole platform.

use std::{env, ffi::OsString, os::unix::process::CommandExt};

use anyhow::{Context, Result};

use crate::{build::dashboard, cargo};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Build with optimizations: slower to build, faster to run
    #[arg(long)]
    release: bool,
    /// Create example data, if there is no environment yet
    #[arg(long)]
    demo: bool,
    /// Options for `edgewise serve`; `cargo xtask run -- --help` lists them
    #[arg(last = true, value_name = "OPTIONS")]
    options: Vec<OsString>,
}

/// Builds the binary with its dashboard, and replaces this process with the server.
///
/// # Errors
/// If a build fails, or the server cannot be started.
pub(crate) fn run(args: &Args) -> Result<()> {
    eprintln!("run: building edgewise and its dashboard (minutes the first time, seconds afterwards)");
    dashboard::build()?;
    let mut build = vec!["build", "--package", "edgewise", "--features", "dashboard"];
    if args.release {
        build.push("--release");
    }
    let edgewise = cargo::build_executable("edgewise", &build)?;

    let mut serve = cargo::command(edgewise)?;
    serve.arg("serve").args(args.demo.then_some("--demo")).args(&args.options);
    // Options and variables may change the address and the directory.
    let is_configured = !args.options.is_empty()
        || env::vars_os().any(|(name, _)| name.to_string_lossy().contains("EDGEWISE_"));
    if !is_configured {
        eprintln!("run: Edgewise serves http://127.0.0.1:3000, with its data in ./data; Ctrl-C stops it");
    }
    // The server replaces this process, so that signals reach the server.
    Err(serve.exec()).with_context(|| format!("cannot start `{}`", cargo::command_line(&serve)))
}
