//! The HTTP contract of Edgewise: what requests and answers look like, as types and pure functions.
//!
//! Everything that speaks HTTP (the gateway, the control plane, the edge worker) reads and writes the wire
//! through this crate, so that no two of them can differ. It holds no server and no client, and does no I/O.
//!
//! | module | holds |
//! |---|---|
//! | [`conditional`] | conditional requests: `If-Match` and `If-None-Match` |
//! | [`error`] | errors as clients see them: a status and `{"error": "…"}` |
//! | [`json`] | reading a JSON body field by field, with errors that name the field |
//! | [`query`] | reading a query string |
//! | [`limits`] | the bounds of every input |
//! | [`name`] | names that are safe in a path |
//! | [`page`] | lists in pages |
//! | [`resources`] | environments, audiences, experiments, variants, allocations and versions |
//! | [`mod@diff`] | how two snapshots differ |
//! | [`mod@decide`] | the decide request and its answer |
//! | [`paths`] | where the parts of a snapshot lie in an object store |
//! | [`publication`] | the outcome of publishing a change, and the versions that are live |
//! | [`published`] | the objects that can be read over HTTP |
//! | [`revision`] | values with their revision |
//! | [`loading`] | how a reader finds, checks and swaps snapshots: a state machine without I/O |
#![forbid(unsafe_code)]

pub mod conditional;
pub mod decide;
pub mod diff;
pub mod error;
pub mod json;
pub mod limits;
pub mod loading;
pub mod name;
pub mod page;
pub mod paths;
pub mod publication;
pub mod published;
pub mod query;
pub mod resources;
pub mod revision;

pub use error::ApiError;
pub use limits::Limits;
pub use name::EnvironmentName;
pub use publication::Publication;
pub use revision::Revisioned;
