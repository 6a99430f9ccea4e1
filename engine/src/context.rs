//! A user's attributes as a JSON object, read from the text of a request.

use crate::{
    attributes::{Attributes, Found, Scalar, find, lookup},
    json::{self, Json, JsonText, Members},
};

/// The attributes of one user: a JSON object that borrows from its text.
///
/// ```
/// use edgewise_engine::{Context, Scalar};
///
/// let context = Context::from_json(r#"{"a.b": 1, "a": {"b": 2, "c": 3}, "tags": ["x", "y"]}"#)?;
/// assert_eq!(context.get("a.b"), Scalar::Number(1.0));
/// assert_eq!(context.get("a.c"), Scalar::Number(3.0));
/// assert_eq!(context.get("tags.length"), Scalar::Number(2.0));
/// assert_eq!(context.get("tags.2"), Scalar::Missing);
/// # Ok::<(), edgewise_engine::ContextError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context<'a> {
    /// Prepared by [`json::sort_members`].
    members: Members<'a>,
}

/// The error of reading a context.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// The text is not JSON, nests more than 127 levels deep, or contains a number too large for a double.
    #[error("is not valid JSON: {0}")]
    Json(serde_json::Error),
    /// The text is JSON, but not an object.
    #[error("must be a JSON object, such as {{\"country\": \"US\"}}")]
    NotAnObject,
}

impl<'a> Context<'a> {
    /// Reads a JSON object. If a key is repeated, the last member counts. The escape of a lone surrogate is read as U+FFFD.
    ///
    /// # Errors
    /// Returns [`ContextError`] if the text is not a valid context.
    pub fn from_json(text: &'a str) -> Result<Self, ContextError> {
        let mut members = match json::read_plain(text) {
            Some(members) => members,
            None => match json::read_lossy(text).map_err(ContextError::Json)? {
                Json::Object(members) => members,
                _ => return Err(ContextError::NotAnObject),
            },
        };
        json::sort_members(&mut members);
        Ok(Self { members })
    }

    /// Returns the attribute called `name`, resolved as [`Attributes`] describes.
    #[must_use]
    pub fn get(&self, name: &str) -> Scalar<'_> {
        lookup(name, |key| json::member(&self.members, key))
    }
}

impl Attributes for Context<'_> {
    #[inline]
    fn attribute(&self, _number: usize, name: &str) -> Scalar<'_> {
        self.get(name)
    }

    fn shown(&self, name: &str) -> Option<JsonText<'_>> {
        find(name, |key| json::member(&self.members, key)).map(Found::shown)
    }
}
