//! Targeting rules and their conditions.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{
    json::{Json, push_string},
    operators::Operator,
};

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

impl Condition {
    /// Appends the condition as JSON. (A serializer would write the same, but take up more of WASM files.)
    pub(crate) fn push_json(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(b"{\"attribute\":");
        push_string(json, &self.attribute);
        json.extend_from_slice(b",\"operator\":");
        push_string(json, self.operator.as_str());
        if let Some(value) = &self.value {
            json.extend_from_slice(b",\"value\":");
            json.extend_from_slice(value.to_string().as_bytes());
        }
        json.push(b'}');
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_condition_is_written_as_a_serializer_writes_it() {
        for value in [None, Some(json!(null)), Some(json!([1.0, "é\"", {"b": {}, "a": -0.0}, 1e300]))] {
            for operator in ["in", "later \"operator\""] {
                let operator = OperatorName::from(operator.to_string());
                let condition = Condition { attribute: "a\n.b".into(), operator, value: value.clone() };
                let mut json = Vec::new();
                condition.push_json(&mut json);
                assert_eq!(json, serde_json::to_vec(&condition).unwrap());
            }
        }
    }
}
