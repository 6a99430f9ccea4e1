use alloc::{borrow::ToOwned, string::String, vec::Vec};

use serde_json::Value as Json;

use super::interner::Interner;
use crate::{
    operators::{Form, Meaning, Reads, Takes},
    rules::{Condition, Rule},
};

/// The result of compiling a list of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The rules match nobody.
    Never,
    /// The rules match those whom the predicate with this number matches; without a predicate, everyone.
    Matches(Option<u32>),
}

/// A condition in normal form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SimpleCondition {
    pub(super) attribute: u32,
    pub(super) form: Form,
    pub(super) operand: Operand,
}

/// What an attribute is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operand {
    Nothing,
    /// The numbers of values, in ascending order.
    Values(Vec<u32>),
    Threshold(Threshold),
    Text(String),
}

/// A double, as bits that sort in the order of doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Threshold(u64);

impl Threshold {
    fn new(number: f64) -> Self {
        // Adding 0 turns -0 into 0.
        let bits = (number + 0.0).to_bits();
        Self(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
    }

    pub(super) const fn bits(self) -> u64 {
        if self.0 >> 63 == 1 { self.0 & !(1 << 63) } else { !self.0 }
    }
}

/// A scalar that an attribute is compared with by equality.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar {
    String(String),
    /// The bits of a double; never the bits of -0.
    Number(u64),
    Bool(bool),
    Null,
}

impl Scalar {
    /// Returns `None` for arrays and objects, which equal nothing.
    fn of(json: &Json) -> Option<Self> {
        match json {
            Json::String(text) => Some(Self::String(text.clone())),
            Json::Number(number) => number.as_f64().map(|number| Self::Number((number + 0.0).to_bits())),
            Json::Bool(value) => Some(Self::Bool(*value)),
            Json::Null => Some(Self::Null),
            Json::Array(_) | Json::Object(_) => None,
        }
    }
}

/// All conditions of a ruleset, and the rules and predicates built from the conditions.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) attributes: Interner<String>,
    /// Each value with the attribute that is compared.
    pub(super) values: Interner<(u32, Scalar)>,
    pub(super) simple_conditions: Interner<SimpleCondition>,
    /// Lists of conditions, all of which must match.
    pub(super) rules: Interner<Vec<u32>>,
    /// Lists of rules, one of which must match.
    pub(super) predicates: Interner<Vec<u32>>,
}

impl Conditions {
    /// Compiles a list of rules to a predicate.
    pub(super) fn predicate(&mut self, rules: &[Rule]) -> Outcome {
        if rules.is_empty() {
            return Outcome::Matches(None);
        }
        let mut numbers = Vec::with_capacity(rules.len());
        for rule in rules {
            match self.rule(rule) {
                Some(conditions) if conditions.is_empty() => return Outcome::Matches(None),
                Some(conditions) => numbers.push(self.rules.intern(conditions)),
                None => {}
            }
        }
        if numbers.is_empty() {
            return Outcome::Never;
        }
        numbers.sort_unstable();
        numbers.dedup();
        Outcome::Matches(Some(self.predicates.intern(numbers)))
    }

    /// Compiles the conditions of a rule, cheap conditions first. Returns `None` if a condition never matches.
    fn rule(&mut self, rule: &Rule) -> Option<Vec<u32>> {
        let mut numbers = Vec::with_capacity(rule.conditions.len());
        for condition in &rule.conditions {
            match self.simplify(condition) {
                Simplified::Never => return None,
                Simplified::Always => {}
                Simplified::Condition(condition) => numbers.push(self.simple_conditions.intern(condition)),
            }
        }
        numbers.sort_by_key(|number| (self.is_costly(*number), *number));
        numbers.dedup();
        Some(numbers)
    }

    fn is_costly(&self, condition: u32) -> bool {
        self.simple_conditions
            .get(condition)
            .is_some_and(|condition| condition.form.test.reads() == Reads::Text)
    }

    fn simplify(&mut self, condition: &Condition) -> Simplified {
        match condition.operator.known() {
            Some(operator) => self.simplified(condition, operator.meaning()),
            None => Simplified::Never,
        }
    }

    fn simplified(&mut self, condition: &Condition, meaning: Meaning) -> Simplified {
        let Meaning { takes, form, without_value } = meaning;
        let (form, operand) = match (takes, &condition.value) {
            (Takes::Nothing, _) => (Some(form), Some(Operand::Nothing)),
            (_, None) => (without_value, Some(Operand::Nothing)),
            (Takes::Any, Some(value)) => return self.values(condition, form, core::slice::from_ref(value)),
            (Takes::List, Some(value)) => match value.as_array() {
                Some(values) => return self.values(condition, form, values),
                None => return Simplified::Never,
            },
            (Takes::Text, Some(value)) => {
                (Some(form), value.as_str().map(|text| Operand::Text(text.to_owned())))
            }
            (Takes::Number, Some(value)) => {
                let threshold = value.as_f64().map(Threshold::new);
                (Some(form), threshold.map(Operand::Threshold))
            }
        };
        match form.zip(operand) {
            Some((form, operand)) => self.simple(condition, form, operand),
            None => Simplified::Never,
        }
    }

    fn simple(&mut self, condition: &Condition, form: Form, operand: Operand) -> Simplified {
        let attribute = self.attributes.intern(condition.attribute.clone());
        Simplified::Condition(SimpleCondition { attribute, form, operand })
    }

    fn values(&mut self, condition: &Condition, form: Form, values: &[Json]) -> Simplified {
        let scalars: Vec<Scalar> = values.iter().filter_map(Scalar::of).collect();
        if scalars.is_empty() {
            return if form.negated { Simplified::Always } else { Simplified::Never };
        }
        let attribute = self.attributes.intern(condition.attribute.clone());
        let mut numbers: Vec<u32> =
            scalars.into_iter().map(|scalar| self.values.intern((attribute, scalar))).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Simplified::Condition(SimpleCondition { attribute, form, operand: Operand::Values(numbers) })
    }

    /// Returns the rules of a predicate.
    pub(super) fn rules_of(&self, predicate: u32) -> &[u32] {
        self.predicates.get(predicate).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the conditions of a rule.
    pub(super) fn conditions_of(&self, rule: u32) -> &[u32] {
        self.rules.get(rule).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the number of the rule with these conditions.
    pub(super) fn intern_rule(&mut self, conditions: Vec<u32>) -> u32 {
        self.rules.intern(conditions)
    }

    /// Returns the number of values that meet a condition, if only certain values meet the condition.
    pub(super) fn indexed_values(&self, condition: u32) -> Option<usize> {
        match self.simple_conditions.get(condition) {
            Some(SimpleCondition {
                form: Form { negated: false, .. },
                operand: Operand::Values(values),
                ..
            }) => Some(values.len()),
            _ => None,
        }
    }

    /// Returns the number of conditions.
    pub(super) fn len(&self) -> usize {
        self.simple_conditions.items().len()
    }
}

/// A condition after simplification.
enum Simplified {
    Never,
    Always,
    Condition(SimpleCondition),
}
