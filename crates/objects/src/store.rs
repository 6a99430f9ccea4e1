//! The trait of an object store, and its contract.

use std::fmt;

use async_trait::async_trait;

use crate::error::ObjectError;

/// A store of named objects. The paths of the objects are those of [`edgewise_api::paths`], separated by `/`.
///
/// Writes are atomic: no reader ever reads a partial object. Every write is conditional, so that no writer overwrites the
/// work of another writer without noticing.
#[async_trait]
pub trait ObjectStore: fmt::Debug + Send + Sync + 'static {
    /// Returns the object at `path`, or `None` if no object exists there.
    ///
    /// # Errors
    /// [`ObjectError`] if the store fails or cannot be reached.
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError>;

    /// Writes `bytes` to `path` if `condition` holds.
    ///
    /// # Errors
    /// [`ObjectError`] if the store fails or cannot be reached. Whether the object was written is then unknown.
    async fn put(&self, path: &str, bytes: &[u8], condition: Condition<'_>) -> Result<Put, ObjectError>;
}

/// An object that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The content.
    pub bytes: Vec<u8>,
    /// The ETag, which changes whenever the content changes. Quoted, as in HTTP.
    pub etag: String,
}

/// The condition of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    /// The object does not exist yet.
    Absent,
    /// The object still has this ETag.
    Matches(&'a str),
}

/// The result of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// The object was written.
    Written,
    /// The condition did not hold; nothing was written.
    Refused,
}
