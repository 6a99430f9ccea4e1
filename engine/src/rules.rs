//! Targeting rules and their conditions.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::json::Json;

/// A targeting rule. The rule matches a context if all its conditions match, so a rule without conditions matches
/// everyone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The conditions, all of which must match.
    pub conditions: Vec<Condition>,
}

/// A requirement on one attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The attribute's name, resolved as [`Attributes`](crate::Attributes) describes.
    pub attribute: String,
    /// The comparison of the attribute with the value.
    pub operator: Operator,
    /// The value to compare with. `None` if the condition has no value, which differs from `null`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// The comparison that a condition makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Both are equal strings, numbers, booleans or nulls; or the attribute is missing and there is no value.
    Eq,
    /// Not [`Operator::Eq`].
    Neq,
    /// The value is an array, and the attribute equals one of its elements.
    In,
    /// The value is an array, and the attribute equals none of its elements.
    NotIn,
    /// Both are strings, and the attribute contains the value.
    Contains,
    /// Both are numbers, and the attribute is greater.
    Gt,
    /// Both are numbers, and the attribute is smaller.
    Lt,
    /// An operator that this engine does not know. Such a condition never matches.
    Unknown(String),
}

impl Operator {
    /// The names of the known operators in JSON.
    pub const NAMES: [&'static str; 7] = ["eq", "neq", "in", "notIn", "contains", "gt", "lt"];

    /// Returns the operator's name in JSON.
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

/// Reads a present field as `Some`, even if the field is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Json::deserialize(deserializer).map(|json| Some(json.into()))
}
