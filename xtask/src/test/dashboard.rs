//! The tests that open the dashboard in Chromium.

use anyhow::Result;

use super::javascript;
use crate::{cargo, chromium, install};

/// Tests it in Chromium. The binary embeds what was built before it.
///
/// # Errors
/// If a tool is missing, or a test fails.
pub(super) fn run() -> Result<()> {
    let chromium = install::chromium()?;
    let mut tests = javascript::tests(&["--test-concurrency=2"], &[chromium::DASHBOARD])?;
    cargo::succeed_quietly(tests.env("CHROMIUM", chromium))
}
