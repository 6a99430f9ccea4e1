//! Object stores for published snapshots. Every write is conditional.
//!
//! | module | holds |
//! |---|---|
//! | [`store`] | the trait of an object store, and its contract |
//! | [`directory`] | an object store in a local directory |
//! | [`s3`] | an object store in a bucket of S3, or of a server with the same API |
//! | [`location`] | the location of a store, as the options configure it |
//! | `blocking` | work that blocks a thread, with a bound on the threads |
#![forbid(unsafe_code)]

mod blocking;
pub mod directory;
pub mod location;
pub mod s3;
pub mod store;

pub use directory::{Directory, DirectoryError};
pub use location::Location;
pub use s3::{S3, S3Options};
pub use store::{Condition, Object, ObjectError, ObjectStore, Put};
