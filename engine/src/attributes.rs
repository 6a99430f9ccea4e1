//! The attributes of a user, and how a condition's attribute name is resolved.

use alloc::string::{String, ToString};

use serde_json::{Map, Value};

use crate::json::{Json, JsonText, member};

/// The value of an attribute, as far as conditions compare values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// The context has no such attribute.
    Missing,
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number; every number is a double.
    Number(f64),
    /// A string.
    String(&'a str),
    /// An array or an object, which equals no value.
    Composite,
}

/// A source of attributes for decisions: a [`Context`](crate::Context), a `serde_json` object, or a type of the caller.
///
/// A key that equals the whole name takes precedence. Otherwise the name is a path of segments separated by dots: a
/// segment is a key of an object, or the decimal index or `length` of an array. Anything else is missing.
pub trait Attributes {
    /// Returns the attribute called `name`.
    ///
    /// `number` is the index of the name in [`Ruleset::attributes`](crate::Ruleset::attributes), for implementations
    /// that have looked up all names in advance.
    fn attribute(&self, number: usize, name: &str) -> Scalar<'_>;

    /// Returns the JSON of the attribute called `name`, which explanations show. `None` if the attribute is missing, or if
    /// the source finds attributes by their numbers alone; then explanations leave out what was seen.
    fn shown(&self, name: &str) -> Option<JsonText<'_>> {
        let _unused = name;
        None
    }
}

impl Attributes for Map<String, Value> {
    #[inline]
    fn attribute(&self, _number: usize, name: &str) -> Scalar<'_> {
        lookup(name, |key| self.get(key))
    }

    fn shown(&self, name: &str) -> Option<JsonText<'_>> {
        find(name, |key| self.get(key)).map(Found::shown)
    }
}

/// A JSON value that a path can descend into.
pub(crate) trait Tree<'a>: Copy {
    /// Returns the member with this key, if the value is an object that has such a member.
    fn member(self, key: &str) -> Option<Self>;
    /// Returns the number of elements, if the value is an array.
    fn length(self) -> Option<usize>;
    /// Returns the element at this index, if the value is an array that has such an element.
    fn element(self, index: usize) -> Option<Self>;
    /// Returns the value as conditions compare it.
    fn scalar(self) -> Scalar<'a>;
    /// Returns the JSON of the value.
    fn shown(self) -> JsonText<'a>;
}

/// What a name is resolved to.
pub(crate) enum Found<T> {
    /// A value of the context.
    Value(T),
    /// The length of an array of the context.
    Length(usize),
}

impl<'a, T: Tree<'a>> Found<T> {
    /// Returns the JSON of an array's length or of a value.
    pub(crate) fn shown(self) -> JsonText<'a> {
        match self {
            Self::Value(value) => value.shown(),
            Self::Length(length) => JsonText::shared(length.to_string()),
        }
    }
}

/// Returns the attribute called `name` of an object, as conditions compare it. `own` finds the object's own keys.
#[inline]
pub(crate) fn lookup<'a, T: Tree<'a>>(name: &str, own: impl Fn(&str) -> Option<T>) -> Scalar<'a> {
    match find(name, own) {
        Some(Found::Value(value)) => value.scalar(),
        #[expect(clippy::cast_precision_loss, reason = "all numbers are doubles")]
        Some(Found::Length(length)) => Scalar::Number(length as f64),
        None => Scalar::Missing,
    }
}

/// Resolves the name of an attribute of an object. `own` finds the object's own keys.
#[inline]
pub(crate) fn find<'a, T: Tree<'a>>(name: &str, own: impl Fn(&str) -> Option<T>) -> Option<Found<T>> {
    match own(name) {
        Some(value) => Some(Found::Value(value)),
        None if name.contains('.') => by_path(name, own),
        None => None,
    }
}

fn by_path<'a, T: Tree<'a>>(path: &str, own: impl Fn(&str) -> Option<T>) -> Option<Found<T>> {
    let mut segments = path.split('.');
    let mut at = segments.next().and_then(own)?;
    while let Some(segment) = segments.next() {
        at = match at.length() {
            Some(length) if segment == "length" => {
                // A number has no members, so the path must end here.
                return segments.next().is_none().then_some(Found::Length(length));
            }
            Some(_) => array_index(segment).and_then(|index| at.element(index)),
            None => at.member(segment),
        }?;
    }
    Some(Found::Value(at))
}

/// Parses an array index as JavaScript writes it: decimal, without sign or leading zeros.
fn array_index(segment: &str) -> Option<usize> {
    let canonical = segment == "0" || !segment.starts_with('0');
    (canonical && segment.bytes().all(|byte| byte.is_ascii_digit())).then(|| segment.parse().ok()).flatten()
}

impl<'a> Tree<'a> for &'a Value {
    fn member(self, key: &str) -> Option<Self> {
        self.as_object().and_then(|members| members.get(key))
    }

    fn length(self) -> Option<usize> {
        self.as_array().map(|elements| elements.len())
    }

    fn element(self, index: usize) -> Option<Self> {
        self.as_array().and_then(|elements| elements.get(index))
    }

    #[inline]
    fn scalar(self) -> Scalar<'a> {
        match self {
            Value::Null => Scalar::Null,
            Value::Bool(value) => Scalar::Bool(*value),
            Value::Number(value) => value.as_f64().map_or(Scalar::Composite, Scalar::Number),
            Value::String(value) => Scalar::String(value),
            Value::Array(_) | Value::Object(_) => Scalar::Composite,
        }
    }

    fn shown(self) -> JsonText<'a> {
        JsonText::shared(self.to_string())
    }
}

impl<'a> Tree<'a> for &'a Json<'_> {
    fn member(self, key: &str) -> Option<Self> {
        match self {
            Json::Object(members) => member(members, key),
            _ => None,
        }
    }

    fn length(self) -> Option<usize> {
        match self {
            Json::Array(elements) => Some(elements.len()),
            _ => None,
        }
    }

    fn element(self, index: usize) -> Option<Self> {
        match self {
            Json::Array(elements) => elements.get(index),
            _ => None,
        }
    }

    #[inline]
    fn scalar(self) -> Scalar<'a> {
        match self {
            Json::Null => Scalar::Null,
            Json::Bool(value) => Scalar::Bool(*value),
            Json::Number(value) => value.as_f64().map_or(Scalar::Composite, Scalar::Number),
            Json::String(value) => Scalar::String(value),
            Json::Array(_) | Json::Object(_) => Scalar::Composite,
        }
    }

    fn shown(self) -> JsonText<'a> {
        let json = match self {
            Json::String(text) => return JsonText::of_string(text),
            Json::Null => return JsonText::borrowed("null"),
            Json::Bool(value) => return JsonText::borrowed(if *value { "true" } else { "false" }),
            Json::Number(value) => value.to_string(),
            Json::Array(_) | Json::Object(_) => Value::from(self.clone()).to_string(),
        };
        JsonText::shared(json)
    }
}
