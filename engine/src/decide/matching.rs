use alloc::vec::Vec;
use core::borrow::Borrow;

use crate::{
    attributes::Scalar,
    operators::Test,
    ruleset::{
        AnchorReference, AttributeId, ConditionId, EntryId, GateId, PredicateId, PredicateReference, RuleId,
        Ruleset, SlotId, Target, ThresholdId, ValueId, Words,
        layout::{NONE, Section, condition_parts},
    },
};

use super::resolving::{NO_VALUE, Resolved};

/// The results of one decision so far, so that nothing is evaluated twice.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Results of gates, rules, predicates and conditions, in this order: the round, with the result in the lowest bit.
    results: Vec<u32>,
    /// The number of this decision, doubled. Results of other rounds are ignored, so results need not be cleared.
    round: u32,
}

impl Memo {
    fn begin(&mut self, results: usize) {
        self.round = self.round.wrapping_add(2);
        if self.round == 0 {
            self.results.clear();
            self.round = 2;
        }
        if self.results.len() < results {
            self.results.resize(results, 0);
        }
    }

    #[inline]
    fn get(&self, place: usize) -> Option<bool> {
        let result = self.results.get(place)?;
        (result & !1 == self.round).then_some(result & 1 == 1)
    }

    fn set(&mut self, place: usize, result: bool) {
        if let Some(slot) = self.results.get_mut(place) {
            *slot = self.round | u32::from(result);
        }
    }
}

/// Finds the gates that match.
pub(super) struct Matching<'r, 'a, 's> {
    ruleset: &'r Ruleset,
    resolved: &'s [Resolved<'a>],
    memo: &'s mut Memo,
    first_rule: usize,
    first_predicate: usize,
    first_condition: usize,
}

impl<'r, 'a, 's> Matching<'r, 'a, 's> {
    pub(super) fn new(ruleset: &'r Ruleset, resolved: &'s [Resolved<'a>], memo: &'s mut Memo) -> Self {
        let counts = ruleset.counts();
        let first_rule = counts.gates;
        let first_predicate = first_rule + counts.rules;
        let first_condition = first_predicate + counts.predicates;
        memo.begin(first_condition + counts.conditions);
        Self { ruleset, resolved, memo, first_rule, first_predicate, first_condition }
    }

    /// Creates an evaluation of single conditions, without memory of other conditions.
    pub(super) const fn of_one(ruleset: &'r Ruleset, memo: &'s mut Memo) -> Self {
        Self { ruleset, resolved: &[], memo, first_rule: 0, first_predicate: 0, first_condition: 0 }
    }

    #[inline]
    fn words(&self, section: Section) -> Words<'r> {
        self.ruleset.words(section)
    }

    /// Marks the slots of matching gates.
    pub(super) fn mark(mut self, marks: &mut [u64]) {
        for [gate, left, right] in self.words(Section::UnanchoredGates).records() {
            // Slots that are open to everyone are marked already.
            if (left, right) != (NONE, NONE)
                && self.predicate(PredicateReference::from_word(left))
                && self.predicate(PredicateReference::from_word(right))
            {
                self.open(GateId::new(gate), marks);
            }
        }
        let (values, anchored) = (self.words(Section::Values), self.words(Section::ValueAnchors));
        let anchors = self.words(Section::Anchors);
        for value in self.resolved.iter().map(|resolved| resolved.value).filter(|value| *value != NO_VALUE) {
            let place = value.index() * Section::Values.record_words() + 3;
            for anchor in anchored.run(values.at(place), values.at(place + Section::Values.record_words())) {
                match AnchorReference::from_word(anchor) {
                    AnchorReference::Entry(entry) => self.enter(entry, marks),
                    AnchorReference::Anchor(anchor) => {
                        let [first, end] = anchors.record(anchor.index());
                        for entry in first..end {
                            self.enter(EntryId::new(entry), marks);
                        }
                    }
                }
            }
        }
    }

    /// Evaluates the remaining conditions of an anchor's entry, and marks the slots if the conditions match.
    #[inline(always)]
    fn enter(&mut self, entry: EntryId, marks: &mut [u64]) {
        let entries = self.words(Section::Entries);
        let [target, rest, other] = entries.record(entry.index() * Section::Entries.record_words());
        let (rest, other) = (RuleId::new(rest), PredicateReference::from_word(other));
        match Target::from_word(target) {
            Target::Slot(slot) => {
                if self.rule(rest) && self.predicate(other) {
                    mark_range(marks, slot, 1);
                }
            }
            Target::Gate(gate) => {
                if !self.is_open(gate) && self.rule(rest) && self.predicate(other) {
                    self.open(gate, marks);
                }
            }
        }
    }

    #[inline]
    fn is_open(&self, gate: GateId) -> bool {
        self.memo.get(gate.index()).is_some()
    }

    #[inline]
    fn open(&mut self, gate: GateId, marks: &mut [u64]) {
        self.memo.set(gate.index(), true);
        let ranges = self.words(Section::Ranges);
        let [first, end] = self.words(Section::Gates).record(gate.index());
        for range in first..end {
            let [slot, slots] = ranges.record(range as usize * Section::Ranges.record_words());
            mark_range(marks, SlotId::new(slot), slots as usize);
        }
    }

    /// Returns whether one of the predicate's rules matches, or there is no predicate.
    #[inline]
    fn predicate(&mut self, predicate: PredicateReference) -> bool {
        match predicate.get() {
            Some(predicate) => self.any_rule(predicate),
            None => true,
        }
    }

    #[inline(never)]
    fn any_rule(&mut self, predicate: PredicateId) -> bool {
        let place = self.first_predicate + predicate.index();
        if let Some(result) = self.memo.get(place) {
            return result;
        }
        let [start, end] = self.words(Section::Predicates).record(predicate.index());
        let result =
            self.words(Section::PredicateRules).run(start, end).any(|rule| self.rule(RuleId::new(rule)));
        self.memo.set(place, result);
        result
    }

    /// Returns whether all of the rule's conditions match.
    #[inline]
    fn rule(&mut self, rule: RuleId) -> bool {
        let place = self.first_rule + rule.index();
        if let Some(result) = self.memo.get(place) {
            return result;
        }
        let [start, end] = self.words(Section::Rules).record(rule.index());
        let result = self
            .words(Section::RuleConditions)
            .run(start, end)
            .all(|condition| self.condition(ConditionId::new(condition)));
        self.memo.set(place, result);
        result
    }

    #[inline]
    fn condition(&mut self, condition: ConditionId) -> bool {
        let all = self.resolved;
        self.holds(condition, |attribute| all.get(attribute.index()))
    }

    /// Returns whether a condition holds. `resolve` returns the attribute with this number.
    #[inline]
    pub(super) fn holds<'v, R: Borrow<Resolved<'v>>>(
        &mut self,
        condition: ConditionId,
        resolve: impl FnOnce(AttributeId) -> Option<R>,
    ) -> bool {
        let place = condition.index() * Section::Conditions.record_words();
        let [tagged, first, second] = self.words(Section::Conditions).record(place);
        let (attribute, negated, code) = condition_parts(tagged);
        let Some(resolved) = resolve(attribute) else { return false };
        let resolved = resolved.borrow();
        let result = match Test::from_code(code) {
            Some(Test::Is) => resolved.value == ValueId::new(first),
            Some(Test::OneOf) => self.is_listed(resolved.value, first, second),
            Some(Test::Present) => resolved.scalar != Scalar::Missing,
            Some(Test::Above) => ThresholdId::new(first) < resolved.above,
            Some(Test::Below) => ThresholdId::new(first) >= resolved.not_below,
            Some(Test::Contains) => self.contains(condition, resolved.scalar, first, second),
            None => false,
        };
        result != negated
    }

    #[inline]
    fn is_listed(&self, value: ValueId, first: u32, count: u32) -> bool {
        if value == NO_VALUE {
            return false;
        }
        let (value, lists) = (value.get(), self.words(Section::ValueSets));
        if count <= 8 {
            return lists.run(first, first + count).any(|other| other == value);
        }
        let (mut low, mut high) = (first, first + count);
        while low < high {
            let middle = low.midpoint(high);
            match lists.at(middle as usize) {
                other if other == value => return true,
                other if other < value => low = middle + 1,
                _ => high = middle,
            }
        }
        false
    }

    /// Evaluates a condition that searches a text. The result is remembered for other rules with the same condition.
    #[cold]
    fn contains(&mut self, condition: ConditionId, scalar: Scalar<'_>, first: u32, second: u32) -> bool {
        let place = self.first_condition + condition.index();
        if let Some(result) = self.memo.get(place) {
            return result;
        }
        let result = if let Scalar::String(text) = scalar {
            let part = self.ruleset.text(first, second);
            // The standard library's search is faster on long texts, but would take up 5 % of the WASM file.
            if cfg!(target_family = "wasm") { occurs(part, text) } else { text.contains(part) }
        } else {
            false
        };
        self.memo.set(place, result);
        result
    }
}

/// Returns whether `part` occurs in `text`.
///
/// The first 16 places with the same four bytes are compared directly. After that, a rolling hash finds candidates (Karp
/// and Rabin: *Efficient randomized pattern-matching algorithms*, 1987), so that the time grows linearly with the text.
fn occurs(part: &str, text: &str) -> bool {
    let (part, mut text) = (part.as_bytes(), text.as_bytes());
    if let Some(first) = part.first_chunk::<4>() {
        for _ in 0..16 {
            let place = text.array_windows().position(|four| four == first);
            let Some(from) = place.and_then(|place| text.get(place..)) else { return false };
            if from.starts_with(part) {
                return true;
            }
            text = from.get(1..).unwrap_or_default();
        }
    }
    let Some((window, rest)) = text.split_at_checked(part.len()) else { return false };
    let add = |hash: u32, byte: &u8| hash.wrapping_mul(BASE).wrapping_add(u32::from(*byte));
    let wanted = part.iter().fold(0, add);
    let mut hash = window.iter().fold(0, add);
    // The factor of a byte in the hash when the byte leaves the window.
    let weight = part.iter().fold(1_u32, |weight, _| weight.wrapping_mul(BASE));
    let mut from = text.iter();
    for next in rest {
        if hash == wanted && from.as_slice().starts_with(part) {
            return true;
        }
        let Some(first) = from.next() else { break };
        hash = add(hash, next).wrapping_sub(weight.wrapping_mul(u32::from(*first)));
    }
    hash == wanted && from.as_slice() == part
}

/// The base of the rolling hash: 2^32 / φ, as in Knuth's multiplicative hashing.
const BASE: u32 = 0x9e37_79b1;

#[inline]
fn mark_range(marks: &mut [u64], first: SlotId, count: usize) {
    let first = first.index();
    if count == 1 {
        if let Some(word) = marks.get_mut(first / 64) {
            *word |= 1 << (first % 64);
        }
        return;
    }
    let (mut at, end) = (first, first + count);
    while at < end {
        let (bit, taken) = (at % 64, (end - at).min(64 - at % 64));
        let ones = if taken == 64 { u64::MAX } else { (1 << taken) - 1 };
        if let Some(word) = marks.get_mut(at / 64) {
            *word |= ones << bit;
        }
        at += taken;
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    #[test]
    fn occurs_agrees_with_the_standard_library() {
        let mut text: String = "abacabadabacabaéabacabadabacaba日abab".into();
        text.push_str(&"abac".repeat(20));
        text.push_str("abacus");
        let places = || text.char_indices().map(|(place, _)| place).chain([text.len()]);
        for start in places() {
            for end in places().filter(|end| *end >= start) {
                let part = &text[start..end];
                for text in ["", "a", "abab", "bacabadabacabaé", &text] {
                    assert_eq!(occurs(part, text), text.contains(part), "`{part}` in `{text}`");
                }
            }
        }
    }
}
