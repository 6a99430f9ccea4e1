//! End-to-end tests: the real binary, with requests over HTTP.
//!
//! | module | holds |
//! |---|---|
//! | [`walkthrough`] | the walkthrough of the README: in one process, in three processes, and over a restart |
//! | [`contract`] | every route, status code, header and shape |
//! | [`hostile`] | invalid input, and environments in which a plane cannot start |
//! | [`faults`] | processes that are killed or hang, stores and databases that fail |
//! | [`proxies`] | nginx in front of the server |
//! | [`client`] | an HTTP client that can send invalid requests |
//! | [`planes`] | processes of the binary |
//! | [`scene`] | environments, experiments and variants for tests |
//!
//! The tests of the contract share one server. Each test has its own environment.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot continue fails"
)]
#![expect(clippy::indexing_slicing, reason = "indexing JSON gives null for a missing member")]

mod client;
mod contract;
mod faults;
mod hostile;
mod planes;
mod proxies;
mod scene;
mod walkthrough;
