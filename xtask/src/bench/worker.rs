//! `cargo xtask bench worker`: the cost of a decision in the edge worker, next to workers that return constant bytes.

use anyhow::Result;

use crate::{
    build::{
        worker::{self, Crate},
        worker_store,
    },
    cargo, install, node,
};

/// The npm packages of peers, which only this benchmark installs.
const PEERS: &str = "tests/js/worker/bench";
/// The JavaScript entry of a worker that returns constant bytes.
const ENTRY: &str = "edge-worker/js/constant.js";

/// The output directory of these workers.
const CONSTANTS: &str = "edge-worker/constants";

/// Builds the workers, and measures them.
///
/// # Errors
/// If a part cannot be built or installed, or the benchmark fails.
pub(super) fn run(quick: bool) -> Result<()> {
    install::for_http_bench()?;
    worker::run()?;
    for name in ["constant", "bare"] {
        worker::bundle(Crate::Example(name), ENTRY, &cargo::root()?.join(CONSTANTS).join(name))?;
    }
    let bench = node::install(PEERS)?.join("main.mjs");
    let store = worker_store::write()?;
    let mut node = node::node()?;
    node.arg(bench).env("EDGEWISE_WORKER_STORE", store.path());
    if quick {
        node.arg("--quick");
    }
    cargo::run(&mut node)?;
    if quick {
        return Ok(());
    }
    eprintln!(
        "bench: checking responses and memory in a million decisions and 999 ruleset changes (minutes)"
    );
    let mut soak = node::node()?;
    soak.args(["--test", "tests/js/worker/swapping.test.mjs"]);
    soak.env("EDGEWISE_WORKER_DECISIONS", "1000000").env("EDGEWISE_WORKER_SWAPS", "999");
    cargo::run(soak.env("EDGEWISE_WORKER_STORE", store.path()))
}
