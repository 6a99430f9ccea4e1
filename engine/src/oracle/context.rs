//! The attributes of a user, and how a condition's attribute name finds one.

use alloc::{string::String, vec::Vec};
use core::cmp::Ordering;

use serde_json::Value;

use crate::{ContextError, json};

/// The attributes of one user: a JSON object. Read it with [`Context::from_json`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context(
    /// Sorted by length and then by name, so that most comparisons on the way to an attribute are of two numbers.
    Vec<(String, Value)>,
);

impl Context {
    /// Reads a JSON object. Of a repeated key the last one counts.
    ///
    /// # Errors
    /// [`ContextError`] says why the text is no context.
    pub fn from_json(text: &str) -> Result<Self, ContextError> {
        json::read(text).map_err(ContextError::Json).and_then(|json| Self::from_value(json.into()))
    }

    /// Takes a value that has been read already.
    ///
    /// # Errors
    /// [`ContextError::NotAnObject`] for anything but an object.
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

    /// The attribute called `name`, or `None` if it is missing.
    ///
    /// A key equal to the whole name wins. Otherwise the name is a path of segments parted by dots: through
    /// objects by key, through arrays by decimal index or `length`.
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
                    // A number has no members: the path ends here or leads nowhere.
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

/// What an attribute name found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attribute<'a> {
    /// A value of the context.
    Json(&'a Value),
    /// The length of an array of the context.
    Length(usize),
}

impl Attribute<'_> {
    /// The number it is, if it is one.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "all numbers are doubles")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Json(value) => value.as_f64(),
            Self::Length(length) => Some(*length as f64),
        }
    }

    /// The string it is, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Json(value) => value.as_str(),
            Self::Length(_) => None,
        }
    }
}

/// An array index is written as JavaScript writes it: decimal, without sign or leading zeros.
fn array_index(segment: &str) -> Option<usize> {
    let canonical = segment == "0" || !segment.starts_with('0');
    (canonical && segment.bytes().all(|byte| byte.is_ascii_digit())).then(|| segment.parse().ok()).flatten()
}
