//! The control plane of Edgewise, which stores environments, experiments, variants, allocations and audiences, and
//! publishes snapshots of the running experiments. No other crate writes configuration.
//!
//! | module | holds |
//! |---|---|
//! | [`Control`] | a running control plane |
//! | [`routes`] | the HTTP routes and the OpenAPI document |
//! | [`services`] | the operations on configuration; no SQL, no HTTP |
//! | `publisher` | publishing from the database to the object store; only services use it |
//! | `store` | the database, with all SQL; only services and the publisher use it |
//! | `live` | the live version of each environment, and subscriptions |
//! | [`DatabaseHealth`] | the health check of the database |
//! | [`demo`] | example data |
#![forbid(unsafe_code)]

mod control;
pub mod demo;
mod health;
mod live;
mod publisher;
pub mod routes;
pub mod services;
#[doc(hidden)]
pub mod store;

pub use control::{Control, Options};
pub use health::DatabaseHealth;
pub use publisher::OnPublished;
