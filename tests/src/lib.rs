//! Code that tests and benchmarks of several crates share.
//!
//! | module | holds |
//! |---|---|
//! | [`workloads`] | the snapshots and users of all benchmarks |
//! | [`rounds`] | measuring in rounds, and medians |
//! | [`process`] | running the `edgewise` binary, and sending requests to it |
//! | [`triples`] | random snapshots, users and contexts, to compare implementations of the decision |
//! | `services` | the Postgres and the S3 server of the tests (feature `services`) |
//! | `nginx`, `pgbouncer` | what stands in front of a server or a database (feature `services`) |
//! | `program` | starting these programs |
//!
//! `tests/vectors/` contains recorded decisions, which every build of the engine must reproduce. `tests/tests/` contains the
//! end-to-end tests, and `tests/benches/` the benchmarks of `cargo xtask bench`. `tests/peers/` is a workspace of its own
//! with the benchmark against other engines.

#[cfg(feature = "services")]
pub mod nginx;
#[cfg(feature = "services")]
pub mod pgbouncer;
pub mod process;
#[cfg(feature = "services")]
mod program;
pub mod rounds;
#[cfg(feature = "services")]
pub mod services;
pub mod triples;
pub mod workloads;
