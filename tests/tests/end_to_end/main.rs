//! End to end: the real binary, asked over HTTP as its clients ask it.
//!
//! | module | holds |
//! |---|---|
//! | [`walkthrough`] | what a newcomer does first: in one process, in three, and over a restart |
//! | [`contract`] | every route, status code, header and shape |
//! | [`hostile`] | input that nobody should send, and surroundings that nobody should run it in |
//! | [`faults`] | processes that are killed or hang, stores and databases that go away |
//! | [`client`] | the HTTP client: it sends exactly what it is told |
//! | [`planes`] | processes of the binary |
//! | [`scene`] | environments, experiments and variants to try things on |
//!
//! The tests of the contract share one server, each in an environment of its own.
#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "indexing JSON gives null where nothing is")]

mod client;
mod contract;
mod faults;
mod hostile;
mod planes;
mod scene;
mod walkthrough;
