//! `cargo xtask soak`: the crash test, for as long as one likes.

use std::process::Command;

use anyhow::{Result, ensure};

use super::workspace::EVERYTHING;
use crate::{cargo, services::Starting};

/// The crash test in `tests/`. Without [`ROUNDS`] it runs in its short form.
const TEST: [&str; 2] = ["--test", "end_to_end"];
const NAME: &str = "faults::crash";

/// How many publishes the crash test breaks off by a kill, on each stack.
const ROUNDS: &str = "EDGEWISE_SOAK_ROUNDS";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many publishes to break off, on files and on servers each
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let starting = Starting::begin();
    eprintln!("soak: building edgewise and its crash test (minutes the first time)");
    cargo::succeed(&mut cargo::cargo(
        ["build"].into_iter().chain(EVERYTHING).chain(["--bins"]).chain(TEST),
    )?)?;
    // Cargo is content with no test at all.
    let list = cargo::output_of(crash_test()?.arg("--list")).unwrap_or_default();
    ensure!(list.lines().any(|line| line.ends_with(": test")), "no test is called `{NAME}`");

    let mut services = starting.ready()?;
    eprintln!("soak: {} rounds; Ctrl-C ends them", args.rounds);
    let mut test = crash_test()?;
    services.run(test.arg("--nocapture").env(ROUNDS, args.rounds.to_string()))
}

fn crash_test() -> Result<Command> {
    cargo::cargo(["test"].into_iter().chain(EVERYTHING).chain(TEST).chain(["--", NAME]))
}
