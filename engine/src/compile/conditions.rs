use alloc::{borrow::ToOwned, string::String, vec::Vec};

use serde_json::Value as Json;

use super::interner::Interner;
use crate::rules::{Condition, Operator, Rule};

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
    pub(super) negated: bool,
    pub(super) test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Test {
    Present,
    /// The numbers of values, in ascending order.
    OneOf(Vec<u32>),
    Above(Threshold),
    Below(Threshold),
    Contains(String),
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
            .is_some_and(|condition| matches!(condition.test, Test::Contains(_)))
    }

    pub(super) fn simplify(&mut self, condition: &Condition) -> Simplified {
        let value = condition.value.as_ref();
        let list = || value.and_then(Json::as_array).map(Vec::as_slice);
        let one = || value.map(core::slice::from_ref);
        match &condition.operator {
            // Without a value, the condition is about whether the attribute is missing.
            Operator::Eq if value.is_none() => self.simple(condition, true, Test::Present),
            Operator::Neq if value.is_none() => self.simple(condition, false, Test::Present),
            Operator::Eq => self.one_of(condition, false, one()),
            Operator::Neq => self.one_of(condition, true, one()),
            Operator::In => self.one_of(condition, false, list()),
            Operator::NotIn => self.one_of(condition, true, list()),
            Operator::Contains => match value.and_then(Json::as_str) {
                Some(part) => self.simple(condition, false, Test::Contains(part.to_owned())),
                None => Simplified::Never,
            },
            Operator::Gt => match value.and_then(Json::as_f64) {
                Some(number) => self.simple(condition, false, Test::Above(Threshold::new(number))),
                None => Simplified::Never,
            },
            Operator::Lt => match value.and_then(Json::as_f64) {
                Some(number) => self.simple(condition, false, Test::Below(Threshold::new(number))),
                None => Simplified::Never,
            },
            Operator::Unknown(_) => Simplified::Never,
        }
    }

    fn simple(&mut self, condition: &Condition, negated: bool, test: Test) -> Simplified {
        let attribute = self.attributes.intern(condition.attribute.clone());
        Simplified::Condition(SimpleCondition { attribute, negated, test })
    }

    fn one_of(&mut self, condition: &Condition, negated: bool, values: Option<&[Json]>) -> Simplified {
        let Some(values) = values else { return Simplified::Never };
        let scalars: Vec<Scalar> = values.iter().filter_map(Scalar::of).collect();
        if scalars.is_empty() {
            return if negated { Simplified::Always } else { Simplified::Never };
        }
        let attribute = self.attributes.intern(condition.attribute.clone());
        let mut numbers: Vec<u32> =
            scalars.into_iter().map(|scalar| self.values.intern((attribute, scalar))).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Simplified::Condition(SimpleCondition { attribute, negated, test: Test::OneOf(numbers) })
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
            Some(SimpleCondition { negated: false, test: Test::OneOf(values), .. }) => Some(values.len()),
            _ => None,
        }
    }

    /// Returns the number of conditions.
    pub(super) fn len(&self) -> usize {
        self.simple_conditions.items().len()
    }
}

/// A condition after simplification.
pub(super) enum Simplified {
    Never,
    Always,
    Condition(SimpleCondition),
}
