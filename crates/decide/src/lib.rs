//! The decision plane: keeps the published ruleset of each environment in memory, and decides from the rulesets. The
//! decision plane needs neither a database nor the control plane.
//!
//! | module | holds |
//! |---|---|
//! | [`source`] | reading a snapshot store: a directory, a bucket, or a URL |
//! | [`watched_store`] | a snapshot store, and what its last responses say about it |
//! | `slot` | the state of one environment |
//! | [`cache`] | the rulesets of all environments: loading on first use, polling, swapping |
//! | [`push`] | following the notifications of new versions |
//! | [`routes`] | the decide routes |
//! | [`mod@configs`] | `/configs/…`: the published objects, for browsers and workers |
//! | [`schemas`] | the requests and responses of the routes, for the OpenAPI document |
//! | [`openapi`] | this crate's part of the OpenAPI document |
#![forbid(unsafe_code)]

pub mod cache;
pub mod configs;
pub mod openapi;
pub mod push;
pub mod routes;
pub mod schemas;
mod slot;
pub mod source;
pub mod watched_store;

pub use cache::{Cache, MAX_ENVIRONMENTS};
pub use configs::{allow_any_origin, configs};
pub use push::{follow_live, follow_stream};
pub use routes::{DecideHandler, with_rate_limit};
pub use source::{Location, Source, SourceError};
pub use watched_store::WatchedStore;
