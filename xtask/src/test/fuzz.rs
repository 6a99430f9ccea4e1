//! `cargo xtask fuzz`: throws random bytes at what reads bytes.

use std::fs;

use anyhow::{Context, Result};

use crate::{cargo, install};

/// The fuzz targets, and what each is fed.
const TARGETS: [&str; 3] = ["ruleset", "snapshot", "context"];

/// Where the targets lie, and the inputs to begin with.
const DIRECTORY: &str = "tests/fuzz";

/// What one run may take of memory, in MiB: enough for the compiler's instrumentation, far less than a length field
/// can ask for.
const MEMORY_MIB: u32 = 1024;

/// How long an input may get: long enough for costs that grow with the square to show.
const INPUT_BYTES: u32 = 65_536;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long to fuzz each target
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    install::for_fuzzing()?;
    let directory = cargo::root()?.join(DIRECTORY);
    for target in TARGETS {
        eprintln!("fuzz: {target}, {} s (and minutes to build the first time)", args.seconds);
        let corpus = directory.join("corpus").join(target);
        fs::create_dir_all(&corpus).with_context(|| format!("cannot make {}", corpus.display()))?;
        let mut fuzz = cargo::command("cargo")?;
        fuzz.args(["+nightly", "fuzz", "run", "--fuzz-dir", DIRECTORY, target]);
        // What is found is added to the first directory; the second holds the inputs to begin with.
        fuzz.arg(&corpus).arg(directory.join("seeds").join(target)).arg("--");
        fuzz.arg(format!("-max_total_time={}", args.seconds));
        fuzz.arg(format!("-rss_limit_mb={MEMORY_MIB}")).arg(format!("-max_len={INPUT_BYTES}"));
        fuzz.args(["-timeout=10", "-print_final_stats=1"]);
        // Of this build, the other tools' settings are not meant.
        fuzz.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO_TARGET_DIR");
        cargo::succeed(&mut fuzz)
            .with_context(|| format!("`{target}` failed: the input lies in {DIRECTORY}/artifacts"))?;
    }
    eprintln!("fuzz: nothing found in {} targets", TARGETS.len());
    Ok(())
}
