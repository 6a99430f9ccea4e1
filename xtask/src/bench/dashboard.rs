//! `cargo xtask bench dashboard`: how soon the dashboard's pages are there.

use anyhow::Result;

use crate::chromium;

/// Measures how soon pages are there.
///
/// # Errors
/// If a tool is missing or fails.
pub(super) fn run(quick: bool) -> Result<()> {
    let build = ["build", "--package", "edgewise", "--features", "dashboard", "--release"];
    let options: &[&str] = if quick { &["--quick"] } else { &[] };
    chromium::run("bench.mjs", &build, options)
}
