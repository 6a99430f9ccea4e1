//! New ids, from a source that the caller passes in, so that tests can set the ids.

use std::fmt;

/// A source of unique ids.
pub trait IdSource: fmt::Debug + Send + Sync + 'static {
    /// Returns a new id: a UUID in its hyphenated form.
    fn new_id(&self) -> String;
}

/// Random UUIDs.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    fn new_id(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }
}
