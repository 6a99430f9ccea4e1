//! The outcome of a change.

use edgewise_api::Publication;

/// The outcome of a change that is saved.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// The value for the client.
    pub value: T,
    /// The outcome of publishing the change.
    pub publication: Publication,
}
