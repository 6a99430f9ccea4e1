use alloc::{string::String, sync::Arc, vec::Vec};

use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use super::write::push_string;

/// A JSON value as text. Serialized, a text is the value itself. Copies share the text.
#[derive(Clone, Debug)]
pub struct JsonText<'a>(Text<'a>);

#[derive(Clone, Debug)]
enum Text<'a> {
    Borrowed(&'a str),
    Shared(Arc<str>),
}

impl<'a> JsonText<'a> {
    /// Creates the text of a value from valid JSON.
    pub(crate) const fn borrowed(json: &'a str) -> Self {
        Self(Text::Borrowed(json))
    }

    /// Creates the text of a value from valid JSON.
    pub(crate) fn shared(json: String) -> Self {
        Self(Text::Shared(json.into()))
    }

    /// Creates the text of a string.
    pub(crate) fn of_string(string: &str) -> Self {
        let mut json = Vec::with_capacity(string.len() + 2);
        push_string(&mut json, string);
        Self::shared(String::from_utf8(json).unwrap_or_default())
    }

    /// Returns the JSON.
    #[must_use]
    pub fn get(&self) -> &str {
        match &self.0 {
            Text::Borrowed(json) => json,
            Text::Shared(json) => json,
        }
    }
}

impl PartialEq for JsonText<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Serialize for JsonText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(self.get()).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}
