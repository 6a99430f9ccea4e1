//! `cargo xtask fuzz`: fuzzes the readers of rulesets, snapshots and contexts with random bytes.

use std::fs;

use anyhow::{Context, Result};

use crate::{cargo, install};

/// The fuzz targets, each named after its input.
const TARGETS: [&str; 3] = ["ruleset", "snapshot", "context"];

/// The directory of the targets and of their initial inputs.
const DIRECTORY: &str = "tests/fuzz";

/// The memory limit of a run, in MiB: enough for the compiler's instrumentation, and far less than a wrong length field
/// would allocate.
const MEMORY_MIB: u32 = 1024;

/// The longest input, in bytes: long enough to detect quadratic run time.
const INPUT_BYTES: u32 = 65_536;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many seconds to fuzz each target
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

/// Fuzzes all targets, one after another.
///
/// # Errors
/// If a tool is missing, or a target fails.
pub(crate) fn run(args: &Args) -> Result<()> {
    install::for_fuzzing()?;
    let directory = cargo::root()?.join(DIRECTORY);
    for target in TARGETS {
        eprintln!("fuzz: {target}, {} s (and minutes to build the first time)", args.seconds);
        let corpus = directory.join("corpus").join(target);
        fs::create_dir_all(&corpus).with_context(|| format!("cannot create {}", corpus.display()))?;
        let mut fuzz = cargo::command("cargo")?;
        fuzz.args(["+nightly", "fuzz", "run", "--fuzz-dir", DIRECTORY, target]);
        // New inputs are written to the first directory; the second holds the initial inputs.
        fuzz.arg(&corpus).arg(directory.join("seeds").join(target)).arg("--");
        fuzz.arg(format!("-max_total_time={}", args.seconds));
        fuzz.arg(format!("-rss_limit_mb={MEMORY_MIB}")).arg(format!("-max_len={INPUT_BYTES}"));
        fuzz.args(["-timeout=10", "-print_final_stats=1"]);
        // cargo-fuzz builds with another toolchain, in a directory of its own.
        fuzz.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO_TARGET_DIR");
        cargo::run(&mut fuzz)
            .with_context(|| format!("`{target}` failed: the input is in {DIRECTORY}/artifacts"))?;
    }
    eprintln!("fuzz: no failure in {} targets", TARGETS.len());
    Ok(())
}
