//! `cargo xtask bench`: release builds, each on its own core.

use std::{ffi::OsStr, process::Command};

use anyhow::Result;
use clap::ValueEnum;

use super::{cpu::on_core, dashboard, wasm, worker};
use crate::{cargo, install};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to measure
    #[arg(value_enum)]
    what: What,
    /// Fewer and shorter rounds: to see that it works, not to quote
    #[arg(long)]
    quick: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Nanoseconds per decide, next to hashing alone
    Engine,
    /// Requests per second on decide, next to a bare axum route that returns the same bytes
    Http,
    /// How soon a change is decided, and what publishing costs, next to a change that is only saved
    Publish,
    /// Nanoseconds per decide, next to the engines of peers
    Peers,
    /// The npm package in Node and Chromium, next to plain JavaScript and peers
    Wasm,
    /// What a decision costs in the edge worker, next to workers that answer constant bytes
    Worker,
    /// How soon the dashboard's pages are there, next to the same rows as JSON and an empty page
    Dashboard,
}

/// A workspace of its own: nobody else should compile the peers.
const PEERS: &str = "tests/peers/Cargo.toml";

pub(crate) fn run(args: &Args) -> Result<()> {
    let bench = |name| {
        eprintln!("bench: building `{name}` with optimisations (minutes the first time)");
        cargo::build_executable(name, &["bench", "--package", "edgewise-tests", "--bench", name, "--no-run"])
    };
    let mut command = match args.what {
        What::Worker => return worker::run(args.quick),
        What::Dashboard => return dashboard::run(args.quick),
        // Alone on one core, so that the scheduler moves nothing.
        What::Engine => on_core(0, bench("engine")?)?,
        // The bench puts the servers on one core, and the load on another.
        What::Http => {
            install::for_http_bench()?;
            on_binary(bench("http")?)?
        }
        What::Publish => on_binary(bench("publish")?)?,
        What::Peers => {
            eprintln!("bench: building Edgewise's engine and its peers (minutes the first time)");
            let build = ["build", "--manifest-path", PEERS, "--release"];
            on_core(0, cargo::build_executable("edgewise-peers", &build)?)?
        }
        What::Wasm => return wasm::run(args.quick),
    };
    if args.quick {
        command.arg("--quick");
    }
    cargo::succeed(&mut command)
}

/// A bench that starts the binary.
fn on_binary(bench: impl AsRef<OsStr>) -> Result<Command> {
    let edgewise = cargo::build_executable("edgewise", &["build", "--package", "edgewise", "--release"])?;
    let mut command = cargo::command(bench)?;
    command.env("EDGEWISE_BIN", edgewise);
    Ok(command)
}
