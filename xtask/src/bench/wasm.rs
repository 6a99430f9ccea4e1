//! `cargo xtask bench wasm`: the npm package in Node and Chromium, next to plain JavaScript and peers.

use anyhow::Result;

use super::cpu::on_core;
use crate::{build::package, cargo, install, node};

/// The packages of peers: a list of their own, since nobody else should install them.
const JS_PEERS: &str = "tests/js-peers";

/// Builds what is measured, and measures it.
///
/// # Errors
/// If something cannot be built or installed, or the bench fails.
pub(super) fn run(quick: bool) -> Result<()> {
    let chromium = install::chromium()?;
    package::build()?;
    node::install(JS_PEERS)?;
    let workloads = tempfile::tempdir()?;
    let build = ["build", "--package", "edgewise-tests", "--release", "--bin", "fixtures"];
    let fixtures = cargo::build_executable("fixtures", &build)?;
    cargo::succeed(cargo::command(fixtures)?.arg("workloads").arg(workloads.path()))?;

    let quick = quick.then_some("--quick");
    let mut in_node = on_core(0, "node")?;
    cargo::succeed(in_node.arg(format!("{JS_PEERS}/bench.mjs")).arg(workloads.path()).args(quick))?;
    let mut in_chromium = node::node()?;
    in_chromium.arg(format!("{}/bench/chromium.mjs", node::TOOLS)).arg(workloads.path()).args(quick);
    cargo::succeed(in_chromium.env("CHROMIUM", chromium))
}
