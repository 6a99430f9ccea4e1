//! `cargo xtask screenshots`: screenshots of the dashboard's pages, for the documentation.

use anyhow::Result;

use crate::chromium;

/// Takes screenshots of all pages, with example data.
///
/// # Errors
/// If a tool is missing or fails, or a screenshot is larger than a repository should hold.
pub(crate) fn run() -> Result<()> {
    chromium::run(
        "screenshots.mjs",
        &["build", "--package", "edgewise", "--features", "dashboard"],
        &["docs/screenshots"],
    )
}
