//! `cargo xtask …`: runs, tests, checks and measures Edgewise. The only build tool.

mod bench;
mod build;
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
    /// Build `edgewise` and serve everything at http://127.0.0.1:3000, with data in ./data
    Run(run::Args),
    /// Check format, lints, house rules and all tests, as CI does
    Test(test::Args),
    /// Kill a control process over and over while it publishes, and check that nothing is lost
    Soak(soak::Args),
    /// Check the rules of the house that the compiler cannot check
    ///
    /// Looks at every file that git tracks or would track: the arrows between crates, what each layer may
    /// know, the size of files, what must not be left behind. Prints all that it finds, with what to do.
    Tidy,
    /// Measure speed, next to a baseline in the same run
    Bench(bench::Args),
    /// Build the npm package into wasm-pkg/dist, and say how large it is
    Package(package::Args),
    /// Build what browsers load of the dashboard into dashboard-leptos/dist; `run` does so itself
    Dashboard,
    /// Take pictures of the dashboard's pages, with example data, into docs/screenshots
    Screenshots,
    /// Build the edge worker into edge-worker/dist
    Worker,
    /// Throw random bytes at what reads rulesets, snapshots and contexts
    Fuzz(fuzz::Args),
    /// Compare decisions from rulesets with the oracle's, on random snapshots, users and contexts
    Parity(parity::Args),
    /// Install what tests and benches need and is missing; the other tasks do so themselves
    Setup,
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Run(args) => run::run(&args),
        Task::Test(args) => test::run(&args),
        Task::Soak(args) => soak::run(&args),
        Task::Tidy => tidy::run(),
        Task::Bench(args) => bench::run(&args),
        Task::Package(args) => package::run(&args),
        Task::Dashboard => dashboard::build(),
        Task::Screenshots => screenshots::run(),
        Task::Worker => worker::run(),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Parity(args) => parity::run(&args),
        Task::Setup => setup::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\nxtask: {problem:#}");
            ExitCode::FAILURE
        }
    }
}
