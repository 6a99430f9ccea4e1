//! Object stores that snapshots are published to and read from. Every write is conditional.
//!
//! | module | holds |
//! |---|---|
//! | [`store`] | the contract that every object store keeps |
//! | [`directory`] | a local directory |
//! | [`s3`] | a bucket of S3, or of a server with the same API |
//! | [`location`] | the place of a store, as options name it |
#![forbid(unsafe_code)]

pub mod directory;
pub mod location;
pub mod s3;
pub mod store;

pub use directory::{Directory, DirectoryError};
pub use location::Location;
pub use s3::{S3, S3Options};
pub use store::{Condition, Object, ObjectError, ObjectStore, Put};
