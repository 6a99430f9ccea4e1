//! A user's attributes as they come over the wire: the text of a JSON object.

use core::cmp::Ordering;

use crate::{
    attributes::{Attributes, Scalar, lookup},
    json::{self, Json, Members},
};

/// The attributes of one user: a JSON object, which borrows from the text that it was read from.
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
    /// As they stand in the text; if there are many, sorted by key, those of one key in their order.
    members: Members<'a>,
}

/// So many members are gone through one by one; more are sorted.
const FEW: usize = 16;

/// Why a context could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// The text is not JSON, nests more than 127 levels deep, or holds a number too large for a double or
    /// half of a surrogate pair.
    #[error("not valid JSON: {0}")]
    Json(serde_json::Error),
    /// The text is JSON, but no object.
    #[error("must be a JSON object, such as {{\"country\": \"US\"}}")]
    NotAnObject,
}

impl<'a> Context<'a> {
    /// Reads a JSON object. Of a repeated key the last one counts.
    ///
    /// # Errors
    /// [`ContextError`] says why the text is no context.
    pub fn from_json(text: &'a str) -> Result<Self, ContextError> {
        let mut members = match json::read_plain(text) {
            Some(members) => members,
            None => match json::read(text).map_err(ContextError::Json)? {
                Json::Object(members) => members,
                _ => return Err(ContextError::NotAnObject),
            },
        };
        if members.len() > FEW {
            members.sort_by(|(left, _), (right, _)| by_length(left, right));
        }
        Ok(Self { members })
    }

    /// The attribute called `name`, found as [`Attributes`] says.
    #[must_use]
    pub fn get(&self, name: &str) -> Scalar<'_> {
        lookup(name, |key| self.own(key))
    }

    #[inline]
    fn own(&self, key: &str) -> Option<&Json<'a>> {
        let found = if self.members.len() > FEW {
            let end = self.members.partition_point(|(other, _)| by_length(other, key).is_le());
            self.members.get(..end).and_then(<[_]>::last).filter(|(other, _)| other == key)
        } else {
            self.members.iter().rev().find(|(other, _)| other == key)
        };
        found.map(|(_, value)| value)
    }
}

/// Most comparisons on the way to a key then are of two numbers.
fn by_length(left: &str, right: &str) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

impl Attributes for Context<'_> {
    #[inline]
    fn attribute(&self, _number: usize, name: &str) -> Scalar<'_> {
        self.get(name)
    }
}
