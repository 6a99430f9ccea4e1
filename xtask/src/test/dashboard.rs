//! The tests that open the dashboard in Chromium.

use anyhow::Result;

use super::javascript;
use crate::{cargo, chromium, install};

/// Runs the tests. They start the binary, in which the dashboard must be embedded.
///
/// # Errors
/// If a tool is missing, or a test fails.
pub(super) fn run() -> Result<()> {
    let chromium = install::chromium()?;
    let mut tests = javascript::tests(&["--test-concurrency=2"], &[chromium::DASHBOARD])?;
    cargo::run_quietly(tests.env("CHROMIUM", chromium))
}
