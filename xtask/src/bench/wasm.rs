//! `cargo xtask bench wasm`: the npm package in Node and Chromium, next to plain JavaScript and peers.

use anyhow::Result;

use super::cpu::on_core;
use crate::{build::package, cargo, install, node};

/// The npm packages of peers, which only this benchmark installs.
const JS_PEERS: &str = "tests/js-peers";

/// Builds the npm package, and measures it in Node and in Chromium.
///
/// # Errors
/// If a part cannot be built or installed, or the benchmark fails.
pub(super) fn run(quick: bool) -> Result<()> {
    let chromium = install::chromium()?;
    package::build()?;
    node::install(JS_PEERS)?;
    let workloads = tempfile::tempdir()?;
    let build = ["build", "--package", "edgewise-tests", "--release", "--bin", "fixtures"];
    let fixtures = cargo::build_executable("fixtures", &build)?;
    cargo::run(cargo::command(fixtures)?.arg("workloads").arg(workloads.path()))?;

    let quick = quick.then_some("--quick");
    let mut in_node = on_core(0, "node")?;
    cargo::run(in_node.arg(format!("{JS_PEERS}/bench.mjs")).arg(workloads.path()).args(quick))?;
    let mut in_chromium = node::node()?;
    in_chromium.arg(format!("{}/bench/chromium.mjs", node::TOOLS)).arg(workloads.path()).args(quick);
    cargo::run(in_chromium.env("CHROMIUM", chromium))
}
