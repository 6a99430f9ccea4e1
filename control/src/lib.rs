//! The control plane of Edgewise: it keeps environments, experiments, variants, allocations and audiences, and
//! publishes them as snapshots. It is the only place that writes configuration.
//!
//! | module | holds |
//! |---|---|
//! | [`Control`] | a running control plane |
//! | [`routes`] | its HTTP routes and the OpenAPI document |
//! | [`services`] | what can be done with configuration; no SQL, no HTTP |
//! | [`store`] | the database; the only place with SQL |
//! | [`publisher`] | from the database to the object store |
//! | [`live`] | telling of new versions |
//! | [`import`] | what the reference system keeps, and what is to be taken over of it |
//! | [`demo`] | example data |
//! | [`objects`] | the object store |
//! | [`http`] | what all planes share in speaking HTTP |
//! | [`actor`], [`clock`] | who, when, and under which id: handed in, never taken |
#![forbid(unsafe_code)]

pub mod actor;
pub mod clock;
mod control;
pub mod demo;
pub mod http;
pub mod import;
pub mod live;
pub mod objects;
pub mod publisher;
pub mod routes;
pub mod services;
pub mod store;

pub use control::{Control, Options};
