//! Programs that open the dashboard in Chromium.

use anyhow::Result;

use crate::{build::dashboard, cargo, install, node};

/// The directory of the programs.
pub(crate) const DASHBOARD: &str = "tests/js/dashboard";

/// Builds the dashboard and a binary with it, and runs a program that opens the dashboard in Chromium.
///
/// `binary` holds cargo's arguments, and `options` the program's.
///
/// # Errors
/// If a tool is missing or fails.
pub(crate) fn run(program: &str, binary: &[&str], options: &[&str]) -> Result<()> {
    let chromium = install::chromium()?;
    dashboard::build()?;
    let edgewise = cargo::build_executable("edgewise", binary)?;
    let mut node = node::node()?;
    node.arg(format!("{DASHBOARD}/{program}")).args(options);
    cargo::run(node.env("EDGEWISE_BIN", edgewise).env("CHROMIUM", chromium))
}
