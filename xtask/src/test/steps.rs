//! `cargo xtask test`: all checks, as CI runs them.

use std::{env, ffi::OsString, process::Command, time::Instant};

use anyhow::{Context, Result, ensure};

use super::{
    dashboard, package, worker,
    workspace::{EVERYTHING, FUZZ_TARGETS, PEERS},
};
use crate::{build, cargo, install, services::PendingServices, tidy};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only tests whose name contains this text (or pass other arguments of `cargo test`)
    ///
    /// Format, lints and the rules of the repository are not checked then. For the tests of one crate, `cargo test
    /// --package edgewise-api` is faster; the end-to-end tests need `cargo build --package edgewise` first.
    #[arg(last = true, value_name = "TEST")]
    tests: Vec<OsString>,
}

/// Runs all checks, or the chosen tests, step by step.
///
/// # Errors
/// If a step fails.
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
    eprintln!("\nall steps passed, {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// What a step does.
enum Work {
    Cargo(Command),
    Tidy,
    /// Builds the npm package, and tests it.
    Package,
    /// Builds the tests, and starts the services that they need.
    Build(Command),
    /// Runs the tests with the services.
    Tests(Command),
    /// Runs chosen tests with the services: first the command that lists the tests, then the command that runs them.
    Chosen(Command, Command),
    /// Builds the edge worker, and tests it in its runtime.
    Worker,
    /// Builds the dashboard's browser files, which the binary embeds.
    Dashboard,
    /// Tests the dashboard in Chromium.
    Browser,
}

impl Work {
    fn run(self, services: &mut Option<PendingServices>) -> Result<()> {
        match self {
            Self::Cargo(mut command) => cargo::run(&mut command),
            Self::Tidy => tidy::run(),
            Self::Package => package::run(),
            Self::Build(mut command) => {
                *services = Some(PendingServices::start());
                cargo::run(&mut command)
            }
            Self::Tests(mut command) => {
                let pending = services.take().unwrap_or_else(PendingServices::start);
                pending.wait()?.run(&mut command)
            }
            Self::Chosen(mut list, run) => {
                // Cargo succeeds even if no test has a chosen name.
                ensure_lists_tests(&cargo::read(&mut list)?)?;
                Self::Tests(run).run(services)
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
        (
            "lints of the engine without std, and of the npm package's exports",
            Work::Cargo(lint_without_std()?),
        ),
        (
            "clippy",
            Work::Cargo(step(
                ["clippy"].into_iter().chain(EVERYTHING),
                &["--all-targets", "--", "-D", "warnings"],
            )?),
        ),
        ("check of the fuzz targets", Work::Cargo(step(FUZZ_TARGETS, &[])?)),
        ("check of the benchmark against peers", Work::Cargo(step(PEERS, &[])?)),
        ("browser files of the dashboard", Work::Dashboard),
        // End-to-end tests start the binary in the same target directory, so the binary must be built first.
        ("build", build_tests()?),
        ("tests", Work::Tests(step(["test"].into_iter().chain(EVERYTHING), &[])?)),
        ("npm package", Work::Package),
        ("lints of the dashboard for browsers", Work::Cargo(build::dashboard::clippy()?)),
        ("dashboard in Chromium", Work::Browser),
        ("lints of the edge worker", Work::Cargo(build::worker::clippy()?)),
        ("edge worker in its runtime", Work::Worker),
    ])
}

/// Returns the command that lints the npm package's crate, and with it the engine, for a target without `std`.
fn lint_without_std() -> Result<Command> {
    let lint = ["clippy", "--package", "edgewise-wasm", "--all-features"];
    let mut command = step(lint, &["--target", install::NO_STD_TARGET, "--", "-D", "warnings"])?;
    command.env("CARGO_ENCODED_RUSTFLAGS", build::package::target_features());
    Ok(command)
}

fn chosen(tests: &[OsString]) -> Result<Vec<Step>> {
    let command = || cargo::cargo(["test"].into_iter().chain(EVERYTHING));
    let (mut list, mut run) = (command()?, command()?);
    run.args(tests);
    list.args(listing(tests));
    Ok(vec![("build", build_tests()?), ("chosen tests", Work::Chosen(list, run))])
}

/// Returns the arguments that list the tests which `tests` chooses.
fn listing(tests: &[OsString]) -> Vec<OsString> {
    let mut arguments = tests.to_vec();
    // The options after the separator are those of the test program.
    if !tests.iter().any(|argument| argument == "--") {
        arguments.push("--".into());
    }
    arguments.push("--list".into());
    arguments
}

/// Checks that a list of tests, as test programs print it, contains a test.
fn ensure_lists_tests(list: &[u8]) -> Result<()> {
    let is_empty = !String::from_utf8_lossy(list).lines().any(|line| line.ends_with(": test"));
    ensure!(!is_empty, "no test has the chosen name: `cargo test --workspace -- --list` lists all tests");
    Ok(())
}

fn build_tests() -> Result<Work> {
    Ok(Work::Build(step(["build"].into_iter().chain(EVERYTHING), &["--bins", "--tests"])?))
}

fn step<'a>(first: impl IntoIterator<Item = &'a str>, rest: &[&str]) -> Result<Command> {
    let mut command = cargo::cargo(first)?;
    command.args(rest);
    if env::var_os("CI").is_some() {
        // CI builds once, and deletes the result.
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    }
    Ok(command)
}

fn heading(name: &str, work: &Work) {
    let command = match work {
        Work::Cargo(command) | Work::Build(command) | Work::Tests(command) | Work::Chosen(_, command) => {
            cargo::command_line(command)
        }
        Work::Tidy => "cargo xtask tidy".to_owned(),
        Work::Package => "cargo xtask package --test".to_owned(),
        Work::Dashboard => "cargo xtask dashboard".to_owned(),
        Work::Browser => "node --test tests/js/dashboard/*.test.mjs".to_owned(),
        Work::Worker => "node --test tests/js/worker/*.test.mjs".to_owned(),
    };
    eprintln!("\n── {name}: {command}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_test_has_is_an_error() {
        assert!(ensure_lists_tests(b"a::b: test\n\n1 test, 0 benchmarks\n").is_ok());
        let problem = ensure_lists_tests(b"0 tests, 0 benchmarks\n\n").unwrap_err();
        assert!(problem.to_string().contains("no test has the chosen name"), "{problem}");
    }

    #[test]
    fn tests_are_listed_by_the_arguments_that_choose_them() {
        let listing = |tests: &[&str]| listing(&tests.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(listing(&["name"]), ["name", "--", "--list"]);
        assert_eq!(listing(&["name", "--", "--nocapture"]), ["name", "--", "--nocapture", "--list"]);
    }
}
