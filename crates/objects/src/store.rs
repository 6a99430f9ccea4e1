//! The contract of an object store.

use std::fmt;

use async_trait::async_trait;

/// A store of named objects. Paths are those of [`edgewise_api::paths`], parted by `/`.
///
/// Writes are whole or not at all: nobody ever reads half an object. Every write is conditional, so that two
/// writers never overwrite each other's work unseen.
#[async_trait]
pub trait ObjectStore: fmt::Debug + Send + Sync + 'static {
    /// The object at `path`, or `None` if there is none.
    ///
    /// # Errors
    /// [`ObjectError`] if the store cannot be asked.
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError>;

    /// Writes `bytes` to `path` if `condition` holds.
    ///
    /// # Errors
    /// [`ObjectError`] if the store cannot be asked; then the object may have been written or not.
    async fn put(&self, path: &str, bytes: &[u8], condition: Condition<'_>) -> Result<Put, ObjectError>;
}

/// An object as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Changes whenever the content does. Quoted, as HTTP wants it.
    pub etag: String,
}

/// When a write is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    /// There is no such object yet.
    Absent,
    /// The object still has this ETag.
    Matches(&'a str),
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// The object is written.
    Written,
    /// The condition did not hold; nothing was written.
    Refused,
}

/// The store cannot be asked.
#[derive(Debug, thiserror::Error)]
#[error("the snapshot store cannot {action} `{path}`: {source}")]
pub struct ObjectError {
    /// `read` or `write`.
    pub action: &'static str,
    /// The object.
    pub path: String,
    /// Why.
    pub source: std::io::Error,
}
