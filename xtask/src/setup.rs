//! `cargo xtask setup`: installs what tests and benches need.

use anyhow::Result;

use crate::{install, node, services};

/// Installs all of it.
///
/// # Errors
/// Say what is missing and how to get it by hand.
pub(crate) fn run() -> Result<()> {
    install::for_tests()?;
    services::install()?;
    node::install(node::TOOLS)?;
    install::for_http_bench()
}
