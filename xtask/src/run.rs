//! `cargo xtask run`: the whole platform from one command.

use std::{env, ffi::OsString, os::unix::process::CommandExt};

use anyhow::{Context, Result};

use crate::{build::dashboard, cargo};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Build with optimisations: slower to build, faster to run
    #[arg(long)]
    release: bool,
    /// Begin with example data, if there is no environment yet
    #[arg(long)]
    demo: bool,
    /// Passed to `edgewise serve`; `cargo xtask run -- --help` lists them
    #[arg(last = true, value_name = "OPTIONS")]
    options: Vec<OsString>,
}

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
    // Whoever says otherwise knows where.
    if args.options.is_empty()
        && !env::vars_os().any(|(name, _)| name.to_string_lossy().contains("EDGEWISE_"))
    {
        eprintln!("run: Edgewise serves http://127.0.0.1:3000 and keeps its data in ./data; Ctrl-C stops it");
    }
    // The server takes this process's place, so that signals reach it.
    Err(serve.exec()).with_context(|| format!("cannot start `{}`", cargo::shown(&serve)))
}
