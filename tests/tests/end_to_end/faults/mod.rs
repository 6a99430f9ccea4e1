//! Faults of the parts: no acknowledged change is lost, no reader ever reads a partial version, and decisions continue. Every
//! test runs the real binary with real databases and stores.
//!
//! | module | fault |
//! |---|---|
//! | [`crash`] | the control process is killed repeatedly |
//! | [`writers`] | two concurrent control processes, one of which hangs |
//! | [`store`] | the snapshot store fails, hangs or loses responses while a control process publishes |
//! | [`refusals`] | the snapshot store refuses the credentials, or does not know the bucket |
//! | [`network`] | the network between a decision plane and its store |
//! | [`reading`] | the snapshot store fails or hangs while a decision plane reads |
//! | [`database`] | the database crashes and restarts, or hangs |
//!
//! | module | holds |
//! |---|---|
//! | [`stack`] | the two stacks: SQLite and a directory, Postgres and S3 |
//! | [`bucket`] | a bucket of the S3 server, which tests read directly |
//! | [`history`] | the versions according to the database |
//! | [`observer`] | a reader that polls the store all the time |
//! | [`subject`] | an experiment with a numbered payload, so that changes can be told apart |
//! | [`proxy`] | a proxy that injects faults |
//! | [`wire`] | a TCP proxy that can block all connections |
//! | [`process`] | a process that can be suspended and resumed |
//! | [`cluster`] | a Postgres server for one test |

mod bucket;
mod cluster;
mod crash;
mod database;
mod history;
mod network;
mod observer;
mod process;
mod proxy;
mod reading;
mod refusals;
mod stack;
mod store;
mod subject;
mod wire;
mod writers;

use std::{future::Future, sync::LazyLock};

use tokio::runtime::{Builder, Runtime};

/// Runs a future to its end.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> =
        LazyLock::new(|| Builder::new_current_thread().enable_all().build().unwrap());
    RUNTIME.block_on(future)
}
