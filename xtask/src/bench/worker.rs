//! `cargo xtask bench worker`: what a decision costs in the runtime, beside workers that answer constant bytes.

use anyhow::Result;

use crate::{
    build::{
        worker::{self, Crate},
        worker_store,
    },
    cargo, install, node,
};

/// The packages of peers: a list of their own, since nobody else should install them.
const PEERS: &str = "tests/js/worker/bench";
/// The entry of a worker that answers constant bytes.
const ENTRY: &str = "edge-worker/js/constant.js";

/// Where those are laid down.
const CONSTANTS: &str = "edge-worker/constants";

/// Builds what is measured, and measures it.
///
/// # Errors
/// If something cannot be built or installed, or the bench fails.
pub(super) fn run(quick: bool) -> Result<()> {
    install::for_http_bench()?;
    worker::run()?;
    for name in ["constant", "bare"] {
        worker::bundle(Crate::Example(name), ENTRY, &cargo::root()?.join(CONSTANTS).join(name))?;
    }
    let bench = node::install(PEERS)?.join("main.mjs");
    let store = worker_store::lay_out()?;
    let mut node = node::node()?;
    node.arg(bench).env("EDGEWISE_WORKER_STORE", store.path());
    if quick {
        node.arg("--quick");
    }
    cargo::succeed(&mut node)?;
    if quick {
        return Ok(());
    }
    eprintln!("bench: a million decisions and 999 swaps: no wrong answer, and flat memory (minutes)");
    let mut soak = node::node()?;
    soak.args(["--test", "tests/js/worker/swapping.test.mjs"]);
    soak.env("EDGEWISE_WORKER_DECISIONS", "1000000").env("EDGEWISE_WORKER_SWAPS", "999");
    cargo::succeed(soak.env("EDGEWISE_WORKER_STORE", store.path()))
}
