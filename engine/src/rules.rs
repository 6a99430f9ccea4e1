//! Conditions, and the rules made of them.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{
    context::{Attribute, Context},
    json::Json,
};

/// A targeting rule: it matches a context when all its conditions do, so a rule without conditions matches
/// everyone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// All of them must match.
    pub conditions: Vec<Condition>,
}

/// What one attribute must be like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The attribute's name, looked up by [`Context::attribute`].
    pub attribute: String,
    /// How the attribute is compared with the value.
    pub operator: Operator,
    /// What it is compared with. `None` if the condition has no value, which is not the same as `null`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// How a condition compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Two strings, numbers, booleans or nulls that are equal; or a missing attribute and no value.
    Eq,
    /// Not [`Operator::Eq`].
    Neq,
    /// The value is an array, and the attribute is `Eq` to one of its elements.
    In,
    /// The value is an array, and the attribute is `Eq` to none of its elements.
    NotIn,
    /// Both are strings, and the value occurs in the attribute.
    Contains,
    /// Both are numbers, and the attribute is greater.
    Gt,
    /// Both are numbers, and the attribute is less.
    Lt,
    /// An operator this engine does not know. It never matches.
    Unknown(String),
}

impl Operator {
    /// The operators an engine knows, by the names they have in JSON.
    pub const NAMES: [&'static str; 7] = ["eq", "neq", "in", "notIn", "contains", "gt", "lt"];

    /// The name it has in JSON.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Eq => "eq",
            Self::Neq => "neq",
            Self::In => "in",
            Self::NotIn => "notIn",
            Self::Contains => "contains",
            Self::Gt => "gt",
            Self::Lt => "lt",
            Self::Unknown(name) => name,
        }
    }
}

impl From<String> for Operator {
    fn from(name: String) -> Self {
        match name.as_str() {
            "eq" => Self::Eq,
            "neq" => Self::Neq,
            "in" => Self::In,
            "notIn" => Self::NotIn,
            "contains" => Self::Contains,
            "gt" => Self::Gt,
            "lt" => Self::Lt,
            _ => Self::Unknown(name),
        }
    }
}

impl<'de> Deserialize<'de> for Operator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Serialize for Operator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Whether `rules` let the context through: there are none, or one of them matches.
#[must_use]
pub fn any_matches(rules: &[Rule], context: &Context) -> bool {
    rules.is_empty() || rules.iter().any(|rule| rule.matches(context))
}

impl Rule {
    /// Whether all conditions match.
    #[must_use]
    pub fn matches(&self, context: &Context) -> bool {
        self.conditions.iter().all(|condition| condition.matches(context))
    }
}

impl Condition {
    /// Whether the context's attribute is as the condition says.
    #[must_use]
    pub fn matches(&self, context: &Context) -> bool {
        let attribute = context.attribute(&self.attribute);
        let value = self.value.as_ref();
        match &self.operator {
            Operator::Eq => equal(attribute, value),
            Operator::Neq => !equal(attribute, value),
            Operator::In => elements(value).is_some_and(|list| is_in(attribute, list)),
            Operator::NotIn => elements(value).is_some_and(|list| !is_in(attribute, list)),
            Operator::Contains => {
                both(attribute.as_ref().and_then(Attribute::as_str), value.and_then(Value::as_str))
                    .is_some_and(|(text, part)| text.contains(part))
            }
            Operator::Gt => numbers(attribute, value).is_some_and(|(left, right)| left > right),
            Operator::Lt => numbers(attribute, value).is_some_and(|(left, right)| left < right),
            Operator::Unknown(_) => false,
        }
    }
}

fn equal(attribute: Option<Attribute<'_>>, value: Option<&Value>) -> bool {
    match (attribute, value) {
        (None, None) => true,
        (Some(attribute), Some(value)) => same(attribute, value),
        _ => false,
    }
}

/// Equality of two values that are there: scalars of the same type; arrays and objects equal nothing.
fn same(attribute: Attribute<'_>, value: &Value) -> bool {
    match (attribute, value) {
        (Attribute::Json(Value::Null), Value::Null) => true,
        (Attribute::Json(Value::Bool(left)), Value::Bool(right)) => left == right,
        (Attribute::Json(Value::String(left)), Value::String(right)) => left == right,
        (attribute, Value::Number(right)) => {
            both(attribute.as_f64(), right.as_f64()).is_some_and(|(left, right)| left == right)
        }
        _ => false,
    }
}

fn is_in(attribute: Option<Attribute<'_>>, list: &[Value]) -> bool {
    attribute.is_some_and(|attribute| list.iter().any(|element| same(attribute, element)))
}

fn elements(value: Option<&Value>) -> Option<&Vec<Value>> {
    value.and_then(Value::as_array)
}

fn numbers(attribute: Option<Attribute<'_>>, value: Option<&Value>) -> Option<(f64, f64)> {
    both(attribute.as_ref().and_then(Attribute::as_f64), value.and_then(Value::as_f64))
}

fn both<A, B>(left: Option<A>, right: Option<B>) -> Option<(A, B)> {
    left.zip(right)
}

/// Reads a field that is there as `Some`, even if it is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Json::deserialize(deserializer).map(|Json(value)| Some(value))
}
