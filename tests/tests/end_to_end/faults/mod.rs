//! What happens when a part fails: nothing that was acknowledged is lost, nobody ever reads half a version, and
//! decisions go on. Every test runs the real binary against real parts, as people run it.
//!
//! | module | what fails |
//! |---|---|
//! | [`crash`] | the control process is killed, again and again |
//! | [`writers`] | two control processes at a time, one of which hangs |
//! | [`store`] | the snapshot store refuses, hangs, lies |
//! | [`reading`] | the same, as decision planes see it |
//! | [`database`] | the database goes away and comes back, or falls silent |
//!
//! | module | holds |
//! |---|---|
//! | [`stack`] | the two stacks: SQLite and a directory, Postgres and S3 |
//! | [`bucket`] | a bucket of the S3 server, read without a detour |
//! | [`history`] | what the database knows of versions |
//! | [`observer`] | somebody who reads the store all the time |
//! | [`subject`] | an experiment whose changes can be told apart |
//! | [`proxy`] | a proxy that makes a good server a bad one |
//! | [`wire`] | a wire to a server, which can fall silent |
//! | [`process`] | a process that need not be ready, and can be stopped and woken |
//! | [`cluster`] | a Postgres of a test's own |

mod bucket;
mod cluster;
mod crash;
mod database;
mod history;
mod observer;
mod process;
mod proxy;
mod reading;
mod stack;
mod store;
mod subject;
mod wire;
mod writers;

use std::{future::Future, sync::LazyLock};

use tokio::runtime::{Builder, Runtime};

/// Waits for what only has an interface without threads.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> =
        LazyLock::new(|| Builder::new_current_thread().enable_all().build().unwrap());
    RUNTIME.block_on(future)
}
