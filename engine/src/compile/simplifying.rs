//! Simplifying conditions: from a condition as people write it to a condition in normal form.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::slice;

use serde_json::Value as Json;

use super::{
    interner::Interner,
    order::sorted,
    simple_condition::{NameId, Operand, Scalar, SimpleCondition, Threshold},
};
use crate::{
    operators::{Form, Meaning, Takes},
    ruleset::ValueId,
};

/// What is left of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Simplified<C> {
    /// The condition matches nobody.
    Never,
    /// The condition matches everyone.
    Always,
    /// The condition matches those whom this condition matches.
    Condition(C),
}

/// The attributes that conditions name, and the values that attributes are compared with.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) attributes: Interner<NameId, String>,
    /// Each value with the attribute that is compared.
    pub(super) values: Interner<ValueId, (NameId, Scalar)>,
}

impl Compared {
    /// Simplifies a condition on `attribute` whose operator has this meaning.
    pub(super) fn simplify(
        &mut self,
        attribute: &str,
        meaning: Meaning,
        value: Option<&Json>,
    ) -> Simplified<SimpleCondition> {
        let Meaning { takes, form, without_value } = meaning;
        let simple = match (takes, value) {
            (Takes::Nothing, _) | (_, None) => without_value.map(|form| (form, Operand::Nothing)),
            (Takes::Any, Some(value)) => return self.compare(attribute, form, slice::from_ref(value)),
            (Takes::List, Some(value)) => match value.as_array() {
                Some(values) => return self.compare(attribute, form, values),
                None => None,
            },
            (Takes::Text, Some(value)) => value.as_str().map(|text| (form, Operand::Text(text.to_owned()))),
            (Takes::Number, Some(value)) => {
                value.as_f64().map(|number| (form, Operand::Threshold(Threshold::new(number))))
            }
        };
        let Some((form, operand)) = simple else { return Simplified::Never };
        let attribute = self.attributes.intern(attribute.to_owned());
        Simplified::Condition(SimpleCondition { attribute, form, operand })
    }

    /// Simplifies a condition that compares an attribute with values by equality.
    fn compare(&mut self, attribute: &str, form: Form, values: &[Json]) -> Simplified<SimpleCondition> {
        let scalars: Vec<Scalar> = values.iter().filter_map(Scalar::of).collect();
        if scalars.is_empty() {
            return if form.negated { Simplified::Always } else { Simplified::Never };
        }
        let attribute = self.attributes.intern(attribute.to_owned());
        let values = scalars.into_iter().map(|scalar| self.values.intern((attribute, scalar))).collect();
        let operand = Operand::Values(sorted(values));
        Simplified::Condition(SimpleCondition { attribute, form, operand })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operators::{Operator, Test};

    fn simplify(meaning: Meaning, value: Option<&Json>) -> Simplified<SimpleCondition> {
        Compared::default().simplify("a", meaning, value)
    }

    #[test]
    fn values_that_an_operator_does_not_take_match_nobody() {
        for (operator, value) in [
            (Operator::In, json!("a")),
            (Operator::NotIn, json!(null)),
            (Operator::Contains, json!(1)),
            (Operator::Gt, json!("1")),
            (Operator::Lt, json!([1])),
            (Operator::Eq, json!([1])),
        ] {
            assert_eq!(simplify(operator.meaning(), Some(&value)), Simplified::Never, "{operator:?} {value}");
        }
        assert_eq!(simplify(Operator::Neq.meaning(), Some(&json!({}))), Simplified::Always);
        assert_eq!(simplify(Operator::In.meaning(), None), Simplified::Never);
    }

    /// An operator that takes no value needs nothing but a row in the table of operators.
    #[test]
    fn an_operator_without_a_value_ignores_a_value() {
        let form = Form::of(Test::Present);
        let exists = Meaning { takes: Takes::Nothing, form, without_value: Some(form) };
        let is_set = simplify(Operator::Neq.meaning(), None);
        assert!(matches!(is_set, Simplified::Condition(_)));
        assert_eq!(simplify(exists, None), is_set);
        assert_eq!(simplify(exists, Some(&json!(1))), is_set);
    }
}
