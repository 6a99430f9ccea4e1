//! `cargo xtask soak`: the crash test, with a chosen number of rounds.

use std::process::Command;

use anyhow::{Result, ensure};

use super::workspace::EVERYTHING;
use crate::{cargo, services::PendingServices};

/// The test program in `tests/`.
const PROGRAM: [&str; 2] = ["--test", "end_to_end"];
/// The crash test in the program. Without [`ROUNDS`], it runs a few rounds.
const NAME: &str = "faults::crash";

/// The variable that tells the crash test how many publishes to interrupt on each stack.
const ROUNDS: &str = "EDGEWISE_SOAK_ROUNDS";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many publishes to interrupt, on SQLite and files, and as many on Postgres and S3
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

/// Builds and runs the crash test.
///
/// # Errors
/// If the build, a service or the test fails.
pub(crate) fn run(args: &Args) -> Result<()> {
    let pending = PendingServices::start();
    eprintln!("soak: building edgewise and its crash test (minutes the first time)");
    cargo::run(&mut cargo::cargo(["build"].into_iter().chain(EVERYTHING).chain(["--bins"]).chain(PROGRAM))?)?;
    // Cargo succeeds even if no test has the name.
    let list = cargo::output_of(crash_test()?.arg("--list")).unwrap_or_default();
    ensure!(list.lines().any(|line| line.ends_with(": test")), "no test has a name with `{NAME}`");

    let mut services = pending.wait()?;
    eprintln!("soak: {} rounds; Ctrl-C stops the test", args.rounds);
    let mut test = crash_test()?;
    services.run(test.arg("--nocapture").env(ROUNDS, args.rounds.to_string()))
}

fn crash_test() -> Result<Command> {
    cargo::cargo(["test"].into_iter().chain(EVERYTHING).chain(PROGRAM).chain(["--", NAME]))
}
