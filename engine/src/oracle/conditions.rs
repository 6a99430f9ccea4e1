//! Evaluation of rules and conditions.

use alloc::vec::Vec;

use serde_json::Value;

use super::context::{Attribute, Context};
use crate::{
    operators::Operator,
    rules::{Condition, Rule},
};

/// Returns whether one of `rules` matches, or `rules` is empty.
#[must_use]
pub fn any_matches(rules: &[Rule], context: &Context) -> bool {
    rules.is_empty() || rules.iter().any(|rule| rule.matches(context))
}

impl Rule {
    /// Returns whether all conditions match.
    #[must_use]
    pub fn matches(&self, context: &Context) -> bool {
        self.conditions.iter().all(|condition| condition.matches(context))
    }
}

impl Condition {
    /// Returns whether the context's attribute meets the condition.
    #[must_use]
    pub fn matches(&self, context: &Context) -> bool {
        let Some(operator) = self.operator.known() else { return false };
        let attribute = context.attribute(&self.attribute);
        let value = self.value.as_ref();
        match operator {
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

/// Compares two present values. Scalars of the same type can be equal; arrays and objects equal nothing.
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
