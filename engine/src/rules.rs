//! Targeting rules and their conditions.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{json::Json, operators::Operator};

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
    pub operator: OperatorName,
    /// The value to compare with. `None` if the condition has no value, which differs from `null`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// The operator that a condition names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorName {
    /// An operator of this engine.
    Known(Operator),
    /// The name of an operator that this engine does not know. Such a condition never matches.
    Unknown(String),
}

impl OperatorName {
    /// Returns the operator, if this engine knows the operator.
    #[must_use]
    pub const fn known(&self) -> Option<Operator> {
        match self {
            Self::Known(operator) => Some(*operator),
            Self::Unknown(_) => None,
        }
    }

    /// Returns the name in JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(operator) => operator.name(),
            Self::Unknown(name) => name,
        }
    }
}

impl From<String> for OperatorName {
    fn from(name: String) -> Self {
        Operator::from_name(&name).map_or(Self::Unknown(name), Self::Known)
    }
}

impl From<Operator> for OperatorName {
    fn from(operator: Operator) -> Self {
        Self::Known(operator)
    }
}

impl<'de> Deserialize<'de> for OperatorName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Serialize for OperatorName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Reads a present field as `Some`, even if the field is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Json::deserialize(deserializer).map(|json| Some(json.into()))
}
