//! Revisions of resources.

use serde::{Deserialize, Serialize};

/// A value with its revision, which travels as `ETag`. Every change to the resource or below it raises the revision.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Revisioned<T> {
    /// Counts from 1.
    pub revision: i64,
    /// The value.
    pub value: T,
}

impl<T> Revisioned<T> {
    /// Keeps the revision, and replaces the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Revisioned<U> {
        Revisioned { revision: self.revision, value: change(self.value) }
    }
}
