//! Times of imported resources.

/// The times of an imported resource, in ms since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// The time of creation.
    pub created_at: i64,
    /// The time of the last change.
    pub updated_at: i64,
}
