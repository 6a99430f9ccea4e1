//! `cargo xtask bench`: release builds, each on its own core.

use std::{ffi::OsStr, process::Command};

use anyhow::Result;
use clap::ValueEnum;

use crate::{cargo, dashboard, node, package, setup, worker_bench};

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
/// Packages of their own, likewise.
const JS_PEERS: &str = "tests/js-peers";

pub(crate) fn run(args: &Args) -> Result<()> {
    let bench = |name| {
        eprintln!("bench: building `{name}` with optimisations (minutes the first time)");
        cargo::build_executable(name, &["bench", "--package", "edgewise-tests", "--bench", name, "--no-run"])
    };
    let mut command = match args.what {
        What::Worker => return worker_bench::run(args.quick),
        What::Dashboard => return dashboard::bench(args.quick),
        // Alone on one core, so that the scheduler moves nothing.
        What::Engine => on_core(0, bench("engine")?)?,
        // The bench puts the servers on one core, and the load on another.
        What::Http => {
            setup::for_http_bench()?;
            on_binary(bench("http")?)?
        }
        What::Publish => on_binary(bench("publish")?)?,
        What::Peers => {
            eprintln!("bench: building Edgewise's engine and its peers (minutes the first time)");
            let build = ["build", "--manifest-path", PEERS, "--release"];
            on_core(0, cargo::build_executable("edgewise-peers", &build)?)?
        }
        What::Wasm => return wasm(args.quick),
    };
    if args.quick {
        command.arg("--quick");
    }
    cargo::succeed(&mut command)
}

fn wasm(quick: bool) -> Result<()> {
    let chromium = setup::chromium()?;
    package::build()?;
    node::install(JS_PEERS)?;
    let workloads = tempfile::tempdir()?;
    let build = ["build", "--package", "edgewise-tests", "--release", "--bin", "fixtures"];
    let fixtures = cargo::build_executable("fixtures", &build)?;
    cargo::succeed(cargo::command(fixtures)?.arg("workloads").arg(workloads.path()))?;

    let quick = quick.then_some("--quick");
    let mut in_node = on_core(0, "node")?;
    cargo::succeed(in_node.arg(format!("{JS_PEERS}/bench.mjs")).arg(workloads.path()).args(quick))?;
    let mut in_chromium = node::node()?;
    in_chromium.arg(format!("{}/bench/chromium.mjs", node::TOOLS)).arg(workloads.path()).args(quick);
    cargo::succeed(in_chromium.env("CHROMIUM", chromium))
}

/// A bench that starts the binary.
fn on_binary(bench: impl AsRef<OsStr>) -> Result<Command> {
    let edgewise = cargo::build_executable("edgewise", &["build", "--package", "edgewise", "--release"])?;
    let mut command = cargo::command(bench)?;
    command.env("EDGEWISE_BIN", edgewise);
    Ok(command)
}

fn on_core(core: u8, program: impl AsRef<OsStr>) -> Result<Command> {
    if Command::new("taskset").arg("--version").output().is_err() {
        eprintln!("bench: not pinned to one core, as there is no taskset (package util-linux): expect noise");
        return cargo::command(program);
    }
    let mut command = cargo::command("taskset")?;
    command.args(["--cpu-list", &core.to_string()]).arg(program);
    Ok(command)
}
