use alloc::{borrow::ToOwned, string::String, vec::Vec};

use serde_json::Value as Json;

use super::numbered::Numbered;
use crate::rules::{Condition, Operator, Rule};

/// What is known of rules when they are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// They match nobody.
    Never,
    /// They match everyone, or whom the predicate of that number matches.
    Asked(Option<u32>),
}

/// A condition in its simplest form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    pub(super) attribute: u32,
    pub(super) negated: bool,
    pub(super) test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Test {
    Present,
    /// The numbers of values, ascending.
    OneOf(Vec<u32>),
    Above(Threshold),
    Below(Threshold),
    Contains(String),
}

/// A double, as bits that sort as the double does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Threshold(u64);

impl Threshold {
    fn new(number: f64) -> Self {
        // -0 is 0.
        let bits = (number + 0.0).to_bits();
        Self(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
    }

    pub(super) const fn bits(self) -> u64 {
        if self.0 >> 63 == 1 { self.0 & !(1 << 63) } else { !self.0 }
    }
}

/// A scalar that an attribute is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar {
    String(String),
    /// The bits of a double that is not -0.
    Number(u64),
    Bool(bool),
    Null,
}

impl Scalar {
    /// `None` for arrays and objects, which equal nothing.
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

/// All conditions of a ruleset, and the rules made of them.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) attributes: Numbered<String>,
    /// With the attribute they are compared with.
    pub(super) values: Numbered<(u32, Scalar)>,
    pub(super) questions: Numbered<Question>,
    /// Conditions, all of which must match.
    pub(super) rules: Numbered<Vec<u32>>,
    /// Rules, one of which must match.
    pub(super) predicates: Numbered<Vec<u32>>,
}

impl Conditions {
    /// The predicate that rules come to.
    pub(super) fn predicate(&mut self, rules: &[Rule]) -> Outcome {
        if rules.is_empty() {
            return Outcome::Asked(None);
        }
        let mut numbers = Vec::with_capacity(rules.len());
        for rule in rules {
            match self.rule(rule) {
                Some(questions) if questions.is_empty() => return Outcome::Asked(None),
                Some(questions) => numbers.push(self.rules.number(questions)),
                None => {}
            }
        }
        if numbers.is_empty() {
            return Outcome::Never;
        }
        numbers.sort_unstable();
        numbers.dedup();
        Outcome::Asked(Some(self.predicates.number(numbers)))
    }

    /// The questions of a rule, the cheap ones first; `None` if one of them never matches.
    fn rule(&mut self, rule: &Rule) -> Option<Vec<u32>> {
        let mut questions = Vec::with_capacity(rule.conditions.len());
        for condition in &rule.conditions {
            match self.simplified(condition) {
                Simplified::Never => return None,
                Simplified::Always => {}
                Simplified::Asked(question) => questions.push(self.questions.number(question)),
            }
        }
        questions.sort_by_key(|question| (self.is_costly(*question), *question));
        questions.dedup();
        Some(questions)
    }

    fn is_costly(&self, question: u32) -> bool {
        self.questions.get(question).is_some_and(|question| matches!(question.test, Test::Contains(_)))
    }

    fn simplified(&mut self, condition: &Condition) -> Simplified {
        let value = condition.value.as_ref();
        let list = || value.and_then(Json::as_array).map(Vec::as_slice);
        let one = || value.map(core::slice::from_ref);
        match &condition.operator {
            // Without a value they ask whether the attribute is missing.
            Operator::Eq if value.is_none() => self.asked(condition, true, Test::Present),
            Operator::Neq if value.is_none() => self.asked(condition, false, Test::Present),
            Operator::Eq => self.one_of(condition, false, one()),
            Operator::Neq => self.one_of(condition, true, one()),
            Operator::In => self.one_of(condition, false, list()),
            Operator::NotIn => self.one_of(condition, true, list()),
            Operator::Contains => match value.and_then(Json::as_str) {
                Some(part) => self.asked(condition, false, Test::Contains(part.to_owned())),
                None => Simplified::Never,
            },
            Operator::Gt => match value.and_then(Json::as_f64) {
                Some(number) => self.asked(condition, false, Test::Above(Threshold::new(number))),
                None => Simplified::Never,
            },
            Operator::Lt => match value.and_then(Json::as_f64) {
                Some(number) => self.asked(condition, false, Test::Below(Threshold::new(number))),
                None => Simplified::Never,
            },
            Operator::Unknown(_) => Simplified::Never,
        }
    }

    fn asked(&mut self, condition: &Condition, negated: bool, test: Test) -> Simplified {
        let attribute = self.attributes.number(condition.attribute.clone());
        Simplified::Asked(Question { attribute, negated, test })
    }

    fn one_of(&mut self, condition: &Condition, negated: bool, values: Option<&[Json]>) -> Simplified {
        let Some(values) = values else { return Simplified::Never };
        let scalars: Vec<Scalar> = values.iter().filter_map(Scalar::of).collect();
        if scalars.is_empty() {
            return if negated { Simplified::Always } else { Simplified::Never };
        }
        let attribute = self.attributes.number(condition.attribute.clone());
        let mut numbers: Vec<u32> =
            scalars.into_iter().map(|scalar| self.values.number((attribute, scalar))).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Simplified::Asked(Question { attribute, negated, test: Test::OneOf(numbers) })
    }

    /// The rules of a predicate.
    pub(super) fn rules_of(&self, predicate: u32) -> &[u32] {
        self.predicates.get(predicate).map(Vec::as_slice).unwrap_or_default()
    }

    /// The conditions of a rule.
    pub(super) fn conditions_of(&self, rule: u32) -> &[u32] {
        self.rules.get(rule).map(Vec::as_slice).unwrap_or_default()
    }

    /// A rule of certain conditions.
    pub(super) fn rule_of(&mut self, conditions: Vec<u32>) -> u32 {
        self.rules.number(conditions)
    }

    /// How many values lead to a condition, if values do.
    pub(super) fn leading_values(&self, condition: u32) -> Option<usize> {
        match self.questions.get(condition) {
            Some(Question { negated: false, test: Test::OneOf(values), .. }) => Some(values.len()),
            _ => None,
        }
    }

    /// How many conditions there are.
    pub(super) fn len(&self) -> usize {
        self.questions.items().len()
    }
}

/// What becomes of a condition.
enum Simplified {
    Never,
    Always,
    Asked(Question),
}
