//! Reading JSON as JavaScript reads it.

use alloc::{borrow::Cow, string::ToString, vec::Vec};
use core::{cmp::Ordering, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};

/// Any JSON value. It borrows the strings of its text that have no escapes.
///
/// `serde_json::Value` would do, if it did not take an object with a certain private key for something else, and
/// did not copy every string.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number. All are compared as doubles.
    Number(Number),
    /// A string, without its escapes.
    String(Cow<'a, str>),
    /// The elements.
    Array(Vec<Self>),
    /// The members as they stand in the text: of a repeated key the last one counts.
    Object(Vec<(Cow<'a, str>, Self)>),
}

/// Reads a JSON text.
///
/// # Errors
/// If it is malformed, nests more than 127 levels deep, or holds a number too large for a double or half of a
/// surrogate pair.
pub fn read(text: &str) -> Result<Json<'_>, serde_json::Error> {
    serde_json::from_str(text)
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// So many members of an object are gone through one by one; more are sorted for it.
const FEW: usize = 16;

/// Makes members quick to find: where there are many, sorts them by key, those of one key in their order. Goes into the
/// depth.
pub(crate) fn arrange(members: &mut Members<'_>) {
    if members.len() > FEW {
        members.sort_by(|(left, _), (right, _)| by_length(left, right));
    }
    members.iter_mut().for_each(|(_, value)| arrange_within(value));
}

fn arrange_within(value: &mut Json<'_>) {
    match value {
        Json::Object(members) => arrange(members),
        Json::Array(elements) => elements.iter_mut().for_each(arrange_within),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The member of that key, among arranged ones: the last of several.
#[inline]
pub(crate) fn member<'m, 'a>(members: &'m Members<'a>, key: &str) -> Option<&'m Json<'a>> {
    let found = if members.len() > FEW {
        let end = members.partition_point(|(other, _)| by_length(other, key).is_le());
        members.get(..end).and_then(<[_]>::last).filter(|(other, _)| other == key)
    } else {
        members.iter().rev().find(|(other, _)| other == key)
    };
    found.map(|(_, value)| value)
}

/// Most comparisons on the way to a key then are of two numbers.
fn by_length(left: &str, right: &str) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// The members of an object, in the order of its text.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// So many members most objects have at most.
const USUAL_MEMBERS: usize = 8;
/// So many digits are exact in a double, whatever they are.
const EXACT_DIGITS: usize = 15;

/// Reads an object as programs mostly write it: without white space, nesting, escapes or fractions. Anything else is
/// `None`, for [`read`] to read or to refuse.
pub(crate) fn read_plain(text: &str) -> Option<Members<'_>> {
    let mut rest = text.strip_prefix('{')?;
    let mut members = Vec::with_capacity(USUAL_MEMBERS);
    loop {
        let (key, after) = plain_string(rest)?;
        let (value, after) = plain_value(after.strip_prefix(':')?)?;
        members.push((Cow::Borrowed(key), value));
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (after == "}").then_some(members),
        }
    }
}

/// A string, and what comes after it.
fn plain_string(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('"')?;
    let end = text.bytes().position(|byte| !is_plain(byte))?;
    Some((text.get(..end)?, text.get(end..)?.strip_prefix('"')?))
}

/// Whether a byte of a string stands in JSON as it is.
#[inline]
#[expect(clippy::indexing_slicing, reason = "every byte has its place among 256")]
fn is_plain(byte: u8) -> bool {
    static PLAIN: [bool; 256] = {
        let mut plain = [true; 256];
        let mut control = 0;
        while control < b' ' {
            plain[control as usize] = false;
            control += 1;
        }
        plain[b'"' as usize] = false;
        plain[b'\\' as usize] = false;
        plain
    };
    PLAIN[usize::from(byte)]
}

/// A string, literal or integer, and what comes after it.
fn plain_value(text: &str) -> Option<(Json<'_>, &str)> {
    let literal = |word: &str, value| Some((value, text.strip_prefix(word)?));
    match text.as_bytes().first()? {
        b'"' => plain_string(text).map(|(string, after)| (Json::String(Cow::Borrowed(string)), after)),
        b't' => literal("true", Json::Bool(true)),
        b'f' => literal("false", Json::Bool(false)),
        b'n' => literal("null", Json::Null),
        b'0' => literal("0", Json::Number(0.into())),
        b'1'..=b'9' => {
            let digits = text.bytes().position(|byte| !byte.is_ascii_digit())?;
            let number: u64 = text.get(..digits).filter(|_| digits <= EXACT_DIGITS)?.parse().ok()?;
            Some((Json::Number(number.into()), text.get(digits..)?))
        }
        _ => None,
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

/// Adds a whole number to a text in UTF-8.
///
/// ```
/// let mut text = b"from 0 to ".to_vec();
/// edgewise_engine::json::push_number(&mut text, u64::MAX);
/// assert_eq!(text, b"from 0 to 18446744073709551615");
/// text.clear();
/// edgewise_engine::json::push_number(&mut text, 0);
/// assert_eq!(text, b"0");
/// ```
pub fn push_number(text: &mut Vec<u8>, value: u64) {
    let mut digits = [b'0'; 20];
    let (mut first, mut rest) = (digits.len(), value);
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10) as u8;
        first -= 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    text.extend_from_slice(digits.get(first..).unwrap_or_default());
}

/// Adds a JSON string to a text in UTF-8.
pub fn push_string(text: &mut Vec<u8>, value: &str) {
    if value.bytes().all(is_plain) {
        text.push(b'"');
        text.extend_from_slice(value.as_bytes());
        text.push(b'"');
    } else {
        text.extend_from_slice(Value::from(value).to_string().as_bytes());
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

/// A member's key. (`Cow` itself never borrows when it is read.)
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
