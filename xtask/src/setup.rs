//! `cargo xtask setup`: installs the tools for tests and benchmarks.

use anyhow::Result;

use crate::{install, node, services};

/// Installs the tools that are missing.
///
/// # Errors
/// If a tool cannot be installed. The error says how to install it by hand.
pub(crate) fn run() -> Result<()> {
    install::for_tests()?;
    services::install()?;
    node::install(node::TOOLS)?;
    node::install(node::NEXT)?;
    install::for_http_bench()
}
