//! `cargo xtask parity`: the differential test, for as long as one likes.

use anyhow::Result;

use crate::cargo;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many triples of snapshot, user and context to compare
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    triples: u32,
    /// Which triples: another seed gives others
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    eprintln!("parity: building with optimisations (minutes the first time)");
    let mut test = cargo::cargo(["test", "--package", "edgewise-tests", "--release", "--test", "parity"])?;
    test.args(["--", "--nocapture"]);
    test.env("EDGEWISE_PARITY_TRIPLES", args.triples.to_string());
    cargo::succeed(test.env("EDGEWISE_PARITY_SEED", args.seed.to_string()))
}
