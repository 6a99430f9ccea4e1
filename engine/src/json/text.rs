use alloc::{borrow::Cow, string::String, vec::Vec};

use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use super::write::push_string;

/// A JSON value as text. Serialized, a text is the value itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonText<'a>(Cow<'a, str>);

/// The longest text that is not shortened, in bytes.
const LONGEST: usize = 1024;
/// The number of characters that remain of a longer text.
const SHORTENED_CHARS: usize = 256;

impl<'a> JsonText<'a> {
    /// Creates the text of a value. The caller passes valid JSON.
    pub(crate) fn new(json: impl Into<Cow<'a, str>>) -> Self {
        Self(json.into())
    }

    /// Creates the text of a string.
    pub(crate) fn of_string(string: &str) -> Self {
        let mut json = Vec::with_capacity(string.len() + 2);
        push_string(&mut json, string);
        Self::new(String::from_utf8(json).unwrap_or_default())
    }

    /// Returns the JSON.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }

    /// Replaces a long value by a string: the beginning of the JSON, and `…`.
    pub(crate) fn shortened(self) -> Self {
        if self.0.len() <= LONGEST {
            return self;
        }
        let beginning: String = self.0.chars().take(SHORTENED_CHARS).chain(['…']).collect();
        Self::of_string(&beginning)
    }
}

impl Serialize for JsonText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}
