//! `cargo xtask test`: all checks, as CI runs them.

use std::{env, ffi::OsString, process::Command, time::Instant};

use anyhow::{Context, Result};

use crate::{cargo, setup, tidy};

/// One choice of packages and features for linting, building and testing, so that cargo compiles each
/// dependency once for all of them.
const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only tests whose name contains this (or whatever else `cargo test` understands)
    ///
    /// Format, lints and house rules are not checked then. For the tests of one crate, `cargo test --package
    /// edgewise-api` is quicker; the end-to-end tests need `cargo build --package edgewise` before.
    #[arg(last = true, value_name = "TEST")]
    tests: Vec<OsString>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    setup::for_tests()?;
    let steps = if args.tests.is_empty() { all()? } else { chosen(&args.tests)? };
    let count = steps.len();
    for (index, (name, work)) in steps.into_iter().enumerate() {
        heading(&format!("{}/{count} {name}", index + 1), &work);
        let started = Instant::now();
        work.run().with_context(|| format!("{name} failed; what was wrong stands above"))?;
        eprintln!("── ok: {name}, {:.1} s", started.elapsed().as_secs_f64());
    }
    eprintln!("\nAll is well, {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// A step's work.
enum Work {
    Cargo(Command),
    Tidy,
}

impl Work {
    fn run(self) -> Result<()> {
        match self {
            Self::Cargo(mut command) => cargo::succeed(&mut command),
            Self::Tidy => tidy::run(),
        }
    }
}

type Step = (&'static str, Work);

fn all() -> Result<Vec<Step>> {
    Ok(vec![
        ("format", step(["fmt", "--all", "--check"], &[])?),
        ("tidy", Work::Tidy),
        (
            "the engine without std",
            step(["check", "--package", "edgewise-engine"], &["--target", setup::NO_STD_TARGET])?,
        ),
        (
            "clippy",
            step(["clippy"].into_iter().chain(EVERYTHING), &["--all-targets", "--", "-D", "warnings"])?,
        ),
        // End-to-end tests start the binary that lies beside them, and so it must be built first.
        ("build", build()?),
        ("tests", step(["test"].into_iter().chain(EVERYTHING), &[])?),
    ])
}

fn chosen(tests: &[OsString]) -> Result<Vec<Step>> {
    let mut command = cargo::cargo(["test"].into_iter().chain(EVERYTHING))?;
    command.args(tests);
    Ok(vec![("build", build()?), ("chosen tests", Work::Cargo(command))])
}

fn build() -> Result<Work> {
    step(["build"].into_iter().chain(EVERYTHING), &["--bins", "--tests"])
}

fn step<'a>(first: impl IntoIterator<Item = &'a str>, rest: &[&str]) -> Result<Work> {
    let mut command = cargo::cargo(first)?;
    command.args(rest);
    if env::var_os("CI").is_some() {
        // What is built once and thrown away needs neither.
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    }
    Ok(Work::Cargo(command))
}

fn heading(name: &str, work: &Work) {
    let how = match work {
        Work::Cargo(command) => cargo::shown(command),
        Work::Tidy => "cargo xtask tidy".to_owned(),
    };
    eprintln!("\n── {name}: {how}");
}
