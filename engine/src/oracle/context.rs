//! The attributes of a user, and how a condition's attribute name is resolved.

use alloc::{string::String, vec::Vec};
use core::cmp::Ordering;

use serde_json::Value;

use crate::{ContextError, json};

/// The attributes of one user: a JSON object, read by [`Context::from_json`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context(
    /// Sorted by length and then by name, so that most comparisons of a search are of two numbers.
    Vec<(String, Value)>,
);

impl Context {
    /// Reads a JSON object. If a key is repeated, the last member counts.
    ///
    /// # Errors
    /// Returns [`ContextError`] if the text is not a valid context.
    pub fn from_json(text: &str) -> Result<Self, ContextError> {
        json::read_lossy(text).map_err(ContextError::Json).and_then(|json| Self::from_value(json.into()))
    }

    /// Creates a context from a JSON value.
    ///
    /// # Errors
    /// Returns [`ContextError::NotAnObject`] for any value that is not an object.
    pub fn from_value(value: Value) -> Result<Self, ContextError> {
        match value {
            Value::Object(attributes) => {
                let mut attributes: Vec<_> = attributes.into_iter().collect();
                attributes.sort_unstable_by(|(left, _), (right, _)| by_length(left, right));
                Ok(Self(attributes))
            }
            _ => Err(ContextError::NotAnObject),
        }
    }

    /// Returns the attribute called `name`, or `None` if the attribute is missing.
    ///
    /// A key that equals the whole name takes precedence. Otherwise the name is a path of segments separated by dots:
    /// a segment is a key of an object, or the decimal index or `length` of an array.
    ///
    /// ```
    /// use edgewise_engine::oracle::Context;
    ///
    /// let context = Context::from_json(r#"{"a.b": 1, "a": {"b": 2, "c": 3}, "tags": ["x", "y"]}"#)?;
    /// let number = |name| context.attribute(name).and_then(|value| value.as_f64());
    /// assert_eq!(number("a.b"), Some(1.0));
    /// assert_eq!(number("a.c"), Some(3.0));
    /// assert_eq!(number("tags.length"), Some(2.0));
    /// assert_eq!(context.attribute("tags.2"), None);
    /// # Ok::<(), edgewise_engine::ContextError>(())
    /// ```
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Attribute<'_>> {
        if let Some(value) = self.own(name) {
            return Some(Attribute::Json(value));
        }
        let mut segments = name.split('.');
        let mut at = self.own(segments.next()?)?;
        while let Some(segment) = segments.next() {
            at = match at {
                Value::Object(members) => members.get(segment)?,
                Value::Array(elements) if segment == "length" => {
                    // A number has no members, so the path must end here.
                    return segments.next().is_none().then_some(Attribute::Length(elements.len()));
                }
                Value::Array(elements) => elements.get(array_index(segment)?)?,
                _ => return None,
            };
        }
        Some(Attribute::Json(at))
    }

    fn own(&self, key: &str) -> Option<&Value> {
        let found = self.0.binary_search_by(|(other, _)| by_length(other, key)).ok()?;
        self.0.get(found).map(|(_, value)| value)
    }
}

fn by_length(left: &str, right: &str) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// The attribute that a name is resolved to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attribute<'a> {
    /// A value of the context.
    Json(&'a Value),
    /// The length of an array of the context.
    Length(usize),
}

impl Attribute<'_> {
    /// Returns the number, if the attribute is a number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "all numbers are doubles")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Json(value) => value.as_f64(),
            Self::Length(length) => Some(*length as f64),
        }
    }

    /// Returns the string, if the attribute is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Json(value) => value.as_str(),
            Self::Length(_) => None,
        }
    }
}

/// Parses an array index as JavaScript writes it: decimal, without sign or leading zeros.
fn array_index(segment: &str) -> Option<usize> {
    let canonical = segment == "0" || !segment.starts_with('0');
    (canonical && segment.bytes().all(|byte| byte.is_ascii_digit())).then(|| segment.parse().ok()).flatten()
}
