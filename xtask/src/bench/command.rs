//! Selecting a benchmark, and the benchmarks of native code.

use std::{ffi::OsStr, process::Command};

use anyhow::Result;
use clap::ValueEnum;

use super::{cpu::on_core, dashboard, wasm, worker};
use crate::{cargo, install};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The benchmark
    #[arg(value_enum, value_name = "WHAT")]
    benchmark: Benchmark,
    /// Run fewer and shorter rounds: to check that the benchmark works, not to quote the result
    #[arg(long)]
    quick: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Benchmark {
    /// Nanoseconds per decision, next to hashing alone
    Engine,
    /// Requests per second on `/decide`, next to a minimal axum route that returns the same bytes
    Http,
    /// The time from a change to its first decision, and the cost of publishing, next to a change that is only saved
    Publish,
    /// Threads and memory of `edgewise serve` with 1,000 environments, next to one environment
    Environments,
    /// Nanoseconds per decision, next to the engines of peers
    Peers,
    /// The npm package in Node and Chromium, next to plain JavaScript and peers
    Wasm,
    /// The cost of a decision in the edge worker, next to workers that return constant bytes
    Worker,
    /// The load time of the dashboard's pages, next to the same rows as JSON and an empty page
    Dashboard,
}

/// The workspace of the peers, which only this benchmark builds.
const PEERS: &str = "tests/peers/Cargo.toml";

/// Builds and runs a benchmark.
///
/// # Errors
/// If a tool is missing, a build fails, or the benchmark fails.
pub(crate) fn run(args: &Args) -> Result<()> {
    let bench = |name| {
        eprintln!("bench: building `{name}` with optimizations (minutes the first time)");
        cargo::build_executable(name, &["bench", "--package", "edgewise-tests", "--bench", name, "--no-run"])
    };
    let mut command = match args.benchmark {
        Benchmark::Worker => return worker::run(args.quick),
        Benchmark::Dashboard => return dashboard::run(args.quick),
        // Pinned, so that the scheduler does not move the program.
        Benchmark::Engine => on_core(0, bench("engine")?)?,
        // The benchmark pins the servers to one core, and the load generator to another.
        Benchmark::Http => {
            install::for_http_bench()?;
            with_binary(bench("http")?)?
        }
        Benchmark::Publish => with_binary(bench("publish")?)?,
        Benchmark::Environments => with_binary(bench("environments")?)?,
        Benchmark::Peers => {
            eprintln!("bench: building Edgewise's engine and its peers (minutes the first time)");
            let build = ["build", "--locked", "--manifest-path", PEERS, "--release"];
            on_core(0, cargo::build_executable("edgewise-peers", &build)?)?
        }
        Benchmark::Wasm => return wasm::run(args.quick),
    };
    if args.quick {
        command.arg("--quick");
    }
    cargo::run(&mut command)
}

/// Returns the command of a benchmark that starts the binary.
fn with_binary(bench: impl AsRef<OsStr>) -> Result<Command> {
    let edgewise = cargo::build_executable("edgewise", &["build", "--package", "edgewise", "--release"])?;
    let mut command = cargo::command(bench)?;
    command.env("EDGEWISE_BIN", edgewise);
    Ok(command)
}
