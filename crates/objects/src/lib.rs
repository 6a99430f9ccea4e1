//! Object stores for published snapshots. Every write is conditional.
//!
//! | module | holds |
//! |---|---|
//! | [`store`] | the trait of an object store, and its contract |
//! | [`error`] | what failed, and whether waiting can help |
//! | [`directory`] | an object store in a local directory |
//! | [`s3`] | an object store in a bucket of S3, or of a server with the same API |
//! | [`encoding`] | decoding objects that a store, or who uploaded them, has compressed |
//! | [`web_page`] | telling an object from a web page that something in between sends instead |
//! | [`denials`] | logging once that a store denies reading |
//! | [`location`] | the location of a store, as the options configure it |
//! | `credentials` | credentials that can be sent |
//! | `settings` | the settings of the `AWS_…` variables that the client of S3 does not check |
//! | `blocking` | work that blocks a thread, with a bound on the threads |
#![forbid(unsafe_code)]

mod blocking;
mod credentials;
pub mod denials;
pub mod directory;
pub mod encoding;
pub mod error;
pub mod location;
pub mod s3;
mod settings;
pub mod store;
pub mod web_page;

pub use denials::Denials;
pub use directory::{Directory, DirectoryError};
pub use encoding::{ACCEPTED_ENCODINGS, decode};
pub use error::{ObjectError, Problem, Refusal};
pub use location::Location;
pub use s3::{S3, S3Options};
pub use store::{Condition, Object, ObjectStore, Put};
pub use web_page::refuse_web_page;
