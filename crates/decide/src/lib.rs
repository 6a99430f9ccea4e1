//! The decision plane: keeps the published ruleset of each environment in memory, and decides from it. It needs neither the
//! database nor the control plane.
//!
//! | module | holds |
//! |---|---|
//! | [`source`] | reading a snapshot store: a directory, a bucket, or an address over HTTP |
//! | `slot` | the state of one environment |
//! | [`cache`] | all environments: loading on first use, polling, swapping |
//! | [`push`] | following new versions ahead of the next poll |
//! | [`routes`] | `decide` |
//! | [`configs`] | `/configs/…`: the published objects, for browsers and workers |
//! | [`described`] | the requests and responses of the routes, for the OpenAPI document |
//! | [`openapi`] | this crate's part of the OpenAPI document |
#![forbid(unsafe_code)]

pub mod cache;
pub mod configs;
pub mod described;
pub mod openapi;
pub mod push;
pub mod routes;
mod slot;
pub mod source;

pub use cache::{Cache, KEPT_ENVIRONMENTS};
pub use configs::{configs, open_to_all};
pub use push::{follow_live, follow_stream};
pub use routes::{Deciding, limited};
pub use source::{Location, Source, SourceError};
