use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec, vec::Vec};

use serde_json::Value as Json;

use super::{gates::Anchor, text::Text, writer::Writer};
use crate::{
    decide::bytes_of,
    rules::{Condition, Operator, Rule},
    ruleset::layout::{Section, kind, operator, table_hash},
};

/// What is known of rules when they are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// They match nobody.
    Never,
    /// They match everyone, or whom the predicate of that number matches.
    Asked(Option<u32>),
}

/// Things of which each is kept once, numbered in the order in which they came.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    numbers: BTreeMap<T, u32>,
    items: Vec<T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { numbers: BTreeMap::new(), items: Vec::new() }
    }
}

impl<T: Ord + Clone> Numbered<T> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the writer refuses rulesets in which there are more"
    )]
    pub(super) fn number(&mut self, item: T) -> u32 {
        if let Some(number) = self.numbers.get(&item) {
            return *number;
        }
        let number = self.items.len() as u32;
        self.items.push(item.clone());
        self.numbers.insert(item, number);
        number
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.items.get(number as usize)
    }

    pub(super) fn items(&self) -> &[T] {
        &self.items
    }
}

/// A condition in its simplest form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    attribute: u32,
    negated: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Test {
    Present,
    /// The numbers of values, ascending.
    OneOf(Vec<u32>),
    Above(Threshold),
    Below(Threshold),
    Contains(String),
}

/// A double, as bits that sort as the double does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Threshold(u64);

impl Threshold {
    fn new(number: f64) -> Self {
        // -0 is 0.
        let bits = (number + 0.0).to_bits();
        Self(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
    }

    const fn bits(self) -> u64 {
        if self.0 >> 63 == 1 { self.0 & !(1 << 63) } else { !self.0 }
    }
}

/// A scalar that an attribute is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scalar {
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
    attributes: Numbered<String>,
    /// With the attribute they are compared with.
    values: Numbered<(u32, Scalar)>,
    questions: Numbered<Question>,
    /// Conditions, all of which must match.
    rules: Numbered<Vec<u32>>,
    /// Rules, one of which must match.
    predicates: Numbered<Vec<u32>>,
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

    /// Writes all. `anchors` are the conditions by which gates are found.
    pub(super) fn write(self, anchors: &[Anchor], text: &mut Text, writer: &mut Writer) {
        let thresholds = self.thresholds();
        let names = self.attributes.items();
        let mut by_name: Vec<usize> = (0..names.len()).collect();
        by_name.sort_unstable_by_key(|number| names.get(*number));
        // The place of each attribute in that order.
        let mut places = vec![0; names.len()];
        for (place, number) in (0_u32..).zip(&by_name) {
            if let Some(slot) = places.get_mut(*number) {
                *slot = place;
            }
        }
        let place = |attribute: u32| places.get(attribute as usize).copied().unwrap_or_default();
        self.write_questions(&thresholds, place, text, writer);
        self.write_values(anchors, place, text, writer);
        writer.lists(Section::Rules, Section::Needs, self.rules.items().iter(), |need| [*need]);
        writer.lists(Section::Predicates, Section::Choices, self.predicates.items().iter(), |rule| [*rule]);

        let mut compared = vec![false; self.attributes.items().len()];
        for (attribute, _) in self.values.items() {
            if let Some(compared) = compared.get_mut(*attribute as usize) {
                *compared = true;
            }
        }
        let mut records = Vec::new();
        let mut first = 0;
        let thresholds_of = |number: &usize| thresholds.get(*number).map(Vec::as_slice).unwrap_or_default();
        for number in &by_name {
            let (offset, length) = text.intern(names.get(*number).map_or("", String::as_str));
            let count = length_of(thresholds_of(number));
            let compared = compared.get(*number).copied().unwrap_or_default();
            records.extend([offset, length, first, count, u32::from(compared)]);
            first += count;
        }
        writer.section(Section::Attributes, records);
        let bits = by_name.iter().flat_map(thresholds_of).map(|threshold| threshold.bits());
        writer.section(Section::Thresholds, bits.flat_map(halves));
    }

    /// The thresholds of each attribute, ascending.
    fn thresholds(&self) -> Vec<Vec<Threshold>> {
        let mut thresholds = vec![Vec::new(); self.attributes.items().len()];
        for question in self.questions.items() {
            if let (Test::Above(threshold) | Test::Below(threshold), Some(all)) =
                (&question.test, thresholds.get_mut(question.attribute as usize))
            {
                all.push(*threshold);
            }
        }
        for all in &mut thresholds {
            all.sort_unstable();
            all.dedup();
        }
        thresholds
    }

    fn write_questions(
        &self,
        thresholds: &[Vec<Threshold>],
        place: impl Fn(u32) -> u32,
        text: &mut Text,
        writer: &mut Writer,
    ) {
        let (mut records, mut lists) = (Vec::new(), Vec::new());
        for Question { attribute, negated, test } in self.questions.items() {
            let threshold = |threshold: &Threshold| {
                let all = thresholds.get(*attribute as usize).map(Vec::as_slice).unwrap_or_default();
                let below = all.partition_point(|other| other < threshold);
                u32::try_from(below).unwrap_or(u32::MAX)
            };
            let (operator, first, second) = match test {
                Test::Present => (operator::PRESENT, 0, 0),
                Test::OneOf(values) => match values.as_slice() {
                    [value] => (operator::IS, *value, 0),
                    values => {
                        let first = length_of(&lists);
                        lists.extend(values);
                        (operator::ONE_OF, first, length_of(values))
                    }
                },
                Test::Above(than) => (operator::ABOVE, threshold(than), 0),
                Test::Below(than) => (operator::BELOW, threshold(than), 0),
                Test::Contains(part) => {
                    // What decisions read stands there once for each condition.
                    let (offset, length) = text.add(part);
                    (operator::CONTAINS, offset, length)
                }
            };
            let negated = if *negated { operator::NEGATED } else { 0 };
            let attribute = place(*attribute);
            records.extend([attribute << operator::ATTRIBUTE_SHIFT | negated | operator, first, second]);
        }
        writer.section(Section::Conditions, records);
        writer.section(Section::Lists, lists);
    }

    fn write_values(
        &self,
        anchors: &[Anchor],
        place: impl Fn(u32) -> u32,
        text: &mut Text,
        writer: &mut Writer,
    ) {
        let values = self.values.items();
        let mut led_to = vec![Vec::new(); values.len()];
        for anchor in anchors {
            let Some(Question { test: Test::OneOf(values), .. }) = self.questions.get(anchor.condition)
            else {
                continue;
            };
            for value in values {
                if let Some(anchors) = led_to.get_mut(*value as usize) {
                    anchors.push(anchor.reached_by);
                }
            }
        }

        // Half of it stays empty, so that a search ends soon.
        let mut table = vec![0; (values.len() * 2).next_power_of_two()];
        let (mut records, mut anchored) = (Vec::new(), Vec::new());
        for ((number, (attribute, scalar)), anchors) in (1_u32..).zip(values).zip(led_to) {
            let (kind, words, bytes) = match scalar {
                Scalar::String(string) => {
                    let (offset, length) = text.intern(string);
                    (kind::STRING, [offset, length], string.clone().into_bytes())
                }
                Scalar::Number(bits) => number_like(kind::NUMBER, halves(*bits)),
                Scalar::Bool(value) => number_like(kind::BOOL, [u32::from(*value), 0]),
                Scalar::Null => number_like(kind::NULL, [0, 0]),
            };
            let tagged = place(*attribute) << kind::ATTRIBUTE_SHIFT | kind;
            records.extend([tagged, words[0], words[1], length_of(&anchored)]);
            anchored.extend(anchors);
            insert(&mut table, table_hash(tagged, &bytes), number);
        }
        records.extend([0, 0, 0, length_of(&anchored)]);
        writer.section(Section::Values, records);
        writer.section(Section::Anchored, anchored);
        writer.section(Section::Table, table);
    }
}

/// What becomes of a condition.
enum Simplified {
    Never,
    Always,
    Asked(Question),
}

fn number_like(kind: u32, words: [u32; 2]) -> (u32, [u32; 2], Vec<u8>) {
    (kind, words, bytes_of(words).to_vec())
}

fn insert(table: &mut [u32], hash: u32, number: u32) {
    let mask = table.len().wrapping_sub(1);
    let mut at = hash as usize & mask;
    while table.get(at).is_some_and(|taken| *taken != 0) {
        at = (at + 1) & mask;
    }
    if let Some(free) = table.get_mut(at) {
        *free = number;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the writer refuses rulesets in which there are more")]
const fn length_of<T>(items: &[T]) -> u32 {
    items.len() as u32
}

#[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
const fn halves(bits: u64) -> [u32; 2] {
    [bits as u32, (bits >> 32) as u32]
}
