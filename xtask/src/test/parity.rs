//! `cargo xtask parity`: the differential test, with a chosen number of decisions.

use anyhow::Result;

use crate::cargo;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many triples of snapshot, user key and context to compare
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    triples: u32,
    /// The seed of the random triples
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Builds and runs the differential test.
///
/// # Errors
/// If the build or the test fails.
pub(crate) fn run(args: &Args) -> Result<()> {
    eprintln!("parity: building with optimizations (minutes the first time)");
    let mut test = cargo::cargo(["test", "--package", "edgewise-tests", "--release", "--test", "parity"])?;
    test.args(["--", "--nocapture"]);
    test.env("EDGEWISE_PARITY_TRIPLES", args.triples.to_string());
    cargo::run(test.env("EDGEWISE_PARITY_SEED", args.seed.to_string()))
}
