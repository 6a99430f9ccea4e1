//! `cargo xtask bench dashboard`: the load time of the dashboard's pages.

use anyhow::Result;

use crate::chromium;

/// Measures the load time of pages in Chromium.
///
/// # Errors
/// If a tool is missing or fails.
pub(super) fn run(quick: bool) -> Result<()> {
    let build = ["build", "--package", "edgewise", "--features", "dashboard", "--release"];
    let options: &[&str] = if quick { &["--quick"] } else { &[] };
    chromium::run("bench.mjs", &build, options)
}
