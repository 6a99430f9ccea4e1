//! New ids, handed in rather than made up, so that tests decide them.

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
