//! What tests and benches of several crates share.
//!
//! | module | holds |
//! |---|---|
//! | [`workloads`] | the snapshots and users that all speed figures are taken with |
//! | [`rounds`] | measuring in rounds, and medians |
//! | [`process`] | running the `edgewise` binary, and asking it something |
//! | [`triples`] | random snapshots, users and contexts, to compare ways of deciding |
//! | `services` | the Postgres and the S3 server of the tests (feature `services`) |
//!
//! `tests/vectors/` holds recorded decisions, which every build of the engine must reproduce; `tests/tests/` the
//! end-to-end tests; `tests/benches/` what `cargo xtask bench` measures; `tests/peers/` what it
//! measures beside the engines of peers, a workspace of its own.

pub mod process;
pub mod rounds;
#[cfg(feature = "services")]
pub mod services;
pub mod triples;
pub mod workloads;
