//! `cargo xtask test`: all checks, as CI runs them.

use std::{env, ffi::OsString, process::Command, time::Instant};

use anyhow::{Context, Result};

use super::{dashboard, package, worker, workspace::EVERYTHING};
use crate::{build, cargo, install, services::Starting, tidy};

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
    install::for_tests()?;
    let steps = if args.tests.is_empty() { all()? } else { chosen(&args.tests)? };
    let count = steps.len();
    let mut services = None;
    for (index, (name, work)) in steps.into_iter().enumerate() {
        heading(&format!("{}/{count} {name}", index + 1), &work);
        let started = Instant::now();
        work.run(&mut services).with_context(|| format!("{name} failed"))?;
        eprintln!("── ok: {name}, {:.1} s", started.elapsed().as_secs_f64());
    }
    eprintln!("\nAll is well, {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// A step's work.
enum Work {
    Cargo(Command),
    Tidy,
    JavaScript,
    /// Builds the tests, while the services start that they need.
    Build(Command),
    /// Runs the tests, with the services.
    Tests(Command),
    /// Builds the edge worker, and tests it in its runtime.
    Worker,
    /// Builds what browsers load of the dashboard, for the binary that embeds it.
    Dashboard,
    /// Opens the dashboard in Chromium.
    Browser,
}

impl Work {
    fn run(self, services: &mut Option<Starting>) -> Result<()> {
        match self {
            Self::Cargo(mut command) => cargo::succeed(&mut command),
            Self::Tidy => tidy::run(),
            Self::JavaScript => package::run(),
            Self::Build(mut command) => {
                *services = Some(Starting::begin());
                cargo::succeed(&mut command)
            }
            Self::Tests(mut command) => {
                let starting = services.take().unwrap_or_else(Starting::begin);
                starting.ready()?.run(&mut command)
            }
            Self::Worker => worker::run(),
            Self::Dashboard => build::dashboard::build(),
            Self::Browser => dashboard::run(),
        }
    }
}

type Step = (&'static str, Work);

fn all() -> Result<Vec<Step>> {
    Ok(vec![
        ("format", Work::Cargo(step(["fmt", "--all", "--check"], &[])?)),
        ("tidy", Work::Tidy),
        ("the engine without std, and what JavaScript calls", Work::Cargo(without_std()?)),
        (
            "clippy",
            Work::Cargo(step(
                ["clippy"].into_iter().chain(EVERYTHING),
                &["--all-targets", "--", "-D", "warnings"],
            )?),
        ),
        ("the dashboard for browsers", Work::Dashboard),
        // End-to-end tests start the binary that lies beside them, and so it must be built first.
        ("build", build_tests()?),
        ("tests", Work::Tests(step(["test"].into_iter().chain(EVERYTHING), &[])?)),
        ("the npm package", Work::JavaScript),
        ("the dashboard's lints for browsers", Work::Cargo(build::dashboard::clippy()?)),
        ("the dashboard in Chromium", Work::Browser),
        ("the worker's lints", Work::Cargo(build::worker::clippy()?)),
        ("the worker in its runtime", Work::Worker),
    ])
}

/// Lints what is compiled for WASM alone, as the npm package is.
fn without_std() -> Result<Command> {
    let lint = ["clippy", "--package", "edgewise-wasm", "--all-features"];
    let mut command = step(lint, &["--target", install::NO_STD_TARGET, "--", "-D", "warnings"])?;
    command.env("CARGO_ENCODED_RUSTFLAGS", build::package::target_features());
    Ok(command)
}

fn chosen(tests: &[OsString]) -> Result<Vec<Step>> {
    let mut command = cargo::cargo(["test"].into_iter().chain(EVERYTHING))?;
    command.args(tests);
    Ok(vec![("build", build_tests()?), ("chosen tests", Work::Tests(command))])
}

fn build_tests() -> Result<Work> {
    Ok(Work::Build(step(["build"].into_iter().chain(EVERYTHING), &["--bins", "--tests"])?))
}

fn step<'a>(first: impl IntoIterator<Item = &'a str>, rest: &[&str]) -> Result<Command> {
    let mut command = cargo::cargo(first)?;
    command.args(rest);
    if env::var_os("CI").is_some() {
        // What is built once and thrown away needs neither.
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    }
    Ok(command)
}

fn heading(name: &str, work: &Work) {
    let how = match work {
        Work::Cargo(command) | Work::Build(command) | Work::Tests(command) => cargo::shown(command),
        Work::Tidy => "cargo xtask tidy".to_owned(),
        Work::JavaScript => "cargo xtask package, and its tests".to_owned(),
        Work::Dashboard => "cargo xtask dashboard".to_owned(),
        Work::Browser => "node --test tests/js/dashboard/*.test.mjs".to_owned(),
        Work::Worker => "node --test tests/js/worker/*.test.mjs".to_owned(),
    };
    eprintln!("\n── {name}: {how}");
}
