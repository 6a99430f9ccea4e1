use alloc::{borrow::Cow, vec::Vec};
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};

use super::surrogates::replace_lone_surrogates;

/// A JSON value that borrows the strings without escapes from its text.
///
/// `serde_json::Value` is not used, because `serde_json::Value` gives an object with a certain private key a special
/// meaning, and copies every string.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number. All numbers are compared as doubles.
    Number(Number),
    /// A string, with escapes resolved.
    String(Cow<'a, str>),
    /// The elements of an array.
    Array(Vec<Self>),
    /// The members in the order of the text. If a key is repeated, the last member counts.
    Object(Vec<(Cow<'a, str>, Self)>),
}

/// Reads a JSON text.
///
/// # Errors
/// Returns an error if the text is malformed, nests more than 127 levels deep, or contains a number too large for a
/// double or a lone surrogate.
pub fn read(text: &str) -> Result<Json<'_>, serde_json::Error> {
    serde_json::from_str(text)
}

/// Reads a JSON text, in which the escape of a lone surrogate stands for U+FFFD.
///
/// # Errors
/// Returns an error as [`read`] does, except for lone surrogates.
pub fn read_lossy(text: &str) -> Result<Json<'_>, serde_json::Error> {
    read(text).or_else(|error| {
        // A text with a lone surrogate is rare, and only then does the value own its strings.
        let replaced = replace_lone_surrogates(text).ok_or(error)?;
        Ok(read(&replaced)?.into_owned())
    })
}

impl Json<'_> {
    /// Returns the value with strings of its own.
    pub(crate) fn into_owned(self) -> Json<'static> {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(value) => Json::Number(value),
            Self::String(value) => Json::String(Cow::Owned(value.into_owned())),
            Self::Array(elements) => Json::Array(elements.into_iter().map(Json::into_owned).collect()),
            Self::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

impl From<Json<'_>> for Value {
    fn from(json: Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(value) => Self::Number(value),
            Json::String(value) => Self::String(value.into_owned()),
            Json::Array(elements) => elements.into_iter().map(Self::from).collect(),
            Json::Object(members) => Self::Object(
                members.into_iter().map(|(key, value)| (key.into_owned(), value.into())).collect(),
            ),
        }
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(value.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut object = Vec::new();
        while let Some((Key(key), member)) = members.next_entry()? {
            object.push((key, member));
        }
        Ok(Json::Object(object))
    }
}

/// A member's key. (Deserializing a `Cow` directly never borrows.)
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyReader;

        impl<'de> Visitor<'de> for KeyReader {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.into())))
            }
        }

        deserializer.deserialize_str(KeyReader)
    }
}
