//! The control plane of Edgewise: it keeps environments, experiments, variants, allocations and audiences, and
//! publishes them as snapshots. It is the only place that writes configuration.
//!
//! | module | holds |
//! |---|---|
//! | [`Control`] | a running control plane |
//! | [`routes`] | the HTTP routes and the OpenAPI document |
//! | [`services`] | the operations on configuration; no SQL, no HTTP |
//! | [`store`] | the database; the only place with SQL |
//! | [`publisher`] | publishing from the database to the object store |
//! | [`live`] | announcing new versions |
//! | [`demo`] | example data |
#![forbid(unsafe_code)]

mod control;
pub mod demo;
pub mod live;
pub mod publisher;
pub mod routes;
pub mod services;
pub mod store;

pub use control::{Control, Options};
