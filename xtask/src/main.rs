//! `cargo xtask …`: the command line of the repository's only build tool.

mod bench;
mod build;
mod bundlers;
mod cargo;
mod chromium;
mod install;
mod node;
mod package;
mod run;
mod screenshots;
mod services;
mod setup;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    build::{dashboard, worker},
    test::{fuzz, parity, soak},
};

/// Runs, tests, checks and measures Edgewise.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build `edgewise` and serve all planes at http://127.0.0.1:3000, with data in ./data
    Run(run::Args),
    /// Check format, lints and the rules of the repository, and run all tests, as CI does
    ///
    /// Also checks that tests/fuzz and tests/peers, two workspaces of their own, compile.
    Test(test::Args),
    /// Kill a control process repeatedly while it publishes, and check that no data is lost
    Soak(soak::Args),
    /// Check the rules of the repository, which the compiler cannot check
    ///
    /// Reads every file that git tracks or would track, and checks dependencies between crates, modules and files,
    /// where SQL and HTTP are used, file sizes, and unfinished code. Prints each finding with a remedy.
    Tidy,
    /// Run a benchmark, next to a baseline in the same run
    Bench(bench::Args),
    /// Build the npm package into wasm-pkg/dist, and print its size
    Package(package::Args),
    /// Test the npm package in the bundlers, frameworks and test runners that CI does not install (minutes)
    ///
    /// Builds the package, and installs each tool at its exact version below the target directory, where the tool stays
    /// for the next run (about 900 MB for all; needs the network). Then builds and opens the application of each tool
    /// (tests/js/bundlers), prints a line for each case, and at the end a table. Fails if the package does not work in a
    /// case.
    Bundlers(bundlers::Args),
    /// Build the dashboard's browser files into dashboard-leptos/dist; `run` includes this step
    Dashboard,
    /// Take screenshots of the dashboard's pages, with example data, into docs/screenshots
    Screenshots,
    /// Build the edge worker into edge-worker/dist
    Worker,
    /// Fuzz the readers of rulesets, snapshots and contexts with random bytes
    Fuzz(fuzz::Args),
    /// Compare decisions from rulesets with the reference evaluator's, on random snapshots, user keys and contexts
    Parity(parity::Args),
    /// Install missing tools for tests and benchmarks; the other commands install their own
    Setup,
}

fn main() -> ExitCode {
    let result = match Cli::parse().task {
        Task::Run(args) => run::run(&args),
        Task::Test(args) => test::run(&args),
        Task::Soak(args) => soak::run(&args),
        Task::Tidy => tidy::run(),
        Task::Bench(args) => bench::run(&args),
        Task::Package(args) => package::run(&args),
        Task::Bundlers(args) => bundlers::run(&args),
        Task::Dashboard => dashboard::build(),
        Task::Screenshots => screenshots::run(),
        Task::Worker => worker::run(),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Parity(args) => parity::run(&args),
        Task::Setup => setup::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
