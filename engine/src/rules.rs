//! Conditions, and the rules made of them.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::json::Json;

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
    /// The attribute's name, found as [`Attributes`](crate::Attributes) says.
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

/// Reads a field that is there as `Some`, even if it is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Json::deserialize(deserializer).map(|json| Some(json.into()))
}
