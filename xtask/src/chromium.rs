//! Programs that open the dashboard in Chromium.

use anyhow::Result;

use crate::{build::dashboard, cargo, install, node};

/// Where they are.
pub(crate) const DASHBOARD: &str = "tests/js/dashboard";

/// Builds the dashboard and a binary with it, and runs a program that opens it in Chromium.
///
/// # Errors
/// If a tool is missing or fails.
pub(crate) fn run(program: &str, binary: &[&str], options: &[&str]) -> Result<()> {
    let chromium = install::chromium()?;
    dashboard::build()?;
    let edgewise = cargo::build_executable("edgewise", binary)?;
    let mut node = node::node()?;
    node.arg(format!("{DASHBOARD}/{program}")).args(options);
    cargo::succeed(node.env("EDGEWISE_BIN", edgewise).env("CHROMIUM", chromium))
}
