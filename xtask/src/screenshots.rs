//! `cargo xtask screenshots`: pictures of the dashboard's pages, for the documentation.

use anyhow::Result;

use crate::chromium;

/// Takes pictures of all pages, filled with example data, for the documentation.
///
/// # Errors
/// If a tool is missing or fails, or a picture is larger than a repository should hold.
pub(crate) fn run() -> Result<()> {
    chromium::run(
        "screenshots.mjs",
        &["build", "--package", "edgewise", "--features", "dashboard"],
        &["docs/screenshots"],
    )
}
