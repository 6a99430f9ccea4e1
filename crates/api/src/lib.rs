//! The HTTP contract of Edgewise: requests and responses, as types and pure functions.
//!
//! The gateway, the control plane and the edge worker read requests and write responses through this crate, so that
//! their wire formats cannot differ. The crate contains no server and no client, and does no I/O.
//!
//! | module | holds |
//! |---|---|
//! | [`conditional`] | conditional requests: `If-Match` and `If-None-Match` |
//! | [`content_hash`] | the hash of an object's content |
//! | [`error`] | error responses: a kind, a field and `{"error": "…"}` |
//! | [`field`] | the path of a field in a request |
//! | [`json`] | reading a JSON body field by field, with errors that name the field |
//! | [`query`] | reading a query string |
//! | [`search`] | searching lists: the words of a search, and folding case |
//! | [`limits`] | the limits of all inputs |
//! | [`name`] | names that are safe in a path |
//! | [`page`] | paginated lists |
//! | [`resources`] | environments, audiences, experiments, variants, allocations and versions |
//! | [`mod@diff`] | the differences between two snapshots |
//! | [`mod@decide`] | the decide request and response |
//! | [`paths`] | the paths of published objects in an object store, and the pointer to the live version |
//! | [`publication`] | the outcome of publishing a change, and the live versions |
//! | [`published`] | the published objects that clients can read over HTTP |
//! | [`refusal`] | the refusals of object stores: which responses mean that an object does not exist |
//! | [`revision`] | values with their revision |
//! | [`loading`] | the protocol by which readers load snapshots: a state machine without I/O |
#![forbid(unsafe_code)]

pub mod conditional;
pub mod content_hash;
pub mod decide;
pub mod diff;
pub mod error;
pub mod field;
pub mod json;
pub mod limits;
pub mod loading;
pub mod name;
pub mod page;
pub mod paths;
pub mod publication;
pub mod published;
pub mod query;
pub mod refusal;
pub mod resources;
pub mod revision;
pub mod search;

pub use content_hash::ContentHash;
pub use error::{ApiError, ErrorKind};
pub use field::FieldPath;
pub use limits::Limits;
pub use name::EnvironmentName;
pub use publication::{Outcome, Publication};
pub use revision::Revisioned;
