use alloc::{string::String, vec, vec::Vec};

use super::{
    conditions::Conditions,
    error::CompileError,
    gates::Anchor,
    order::sort_distinct,
    simple_condition::{NameId, Operand, Scalar, SimpleCondition, Threshold, halves},
    text::Text,
    writer::Writer,
};
use crate::{
    operators::Test,
    ruleset::{
        AttributeId, Id, ThresholdId,
        layout::{Section, condition_word, value_word},
    },
};

impl Conditions {
    /// Writes the sections about attributes, values, conditions, rules and predicates. `anchors` are the conditions that
    /// gates are indexed by.
    ///
    /// # Errors
    /// Returns [`CompileError::Collisions`] if a table of the values would need too long searches.
    pub(super) fn write(
        mut self,
        anchors: &[Anchor],
        text: &mut Text,
        writer: &mut Writer,
    ) -> Result<(), CompileError> {
        let (ids, table) = self.compared.spread()?;
        writer.section(Section::Table, table);
        let thresholds = self.thresholds();
        let names = self.compared.attributes.items();
        let by_name: Vec<usize> = self.compared.attributes.in_order().collect();
        let id = |name: NameId| ids.of(name);
        self.write_conditions(&thresholds, id, text, writer);
        self.write_values(anchors, id, text, writer);
        writer.lists(Section::Rules, Section::RuleConditions, self.rules.items().iter(), |condition| {
            [condition.get()]
        });
        writer.lists(Section::Predicates, Section::PredicateRules, self.predicates.items().iter(), |rule| {
            [rule.get()]
        });

        let mut compared = vec![false; names.len()];
        for (attribute, _) in self.compared.values.items() {
            if let Some(compared) = compared.get_mut(attribute.index()) {
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
        Ok(())
    }

    /// Returns the thresholds of each attribute, in ascending order.
    fn thresholds(&self) -> Vec<Vec<Threshold>> {
        let mut thresholds = vec![Vec::new(); self.compared.attributes.items().len()];
        for condition in self.simple_conditions.items() {
            if let (Operand::Threshold(threshold), Some(all)) =
                (&condition.operand, thresholds.get_mut(condition.attribute.index()))
            {
                all.push(threshold.order());
            }
        }
        let sorted = thresholds.into_iter().map(|mut all| {
            sort_distinct(&mut all);
            all.into_iter().map(Threshold::from_order).collect()
        });
        sorted.collect()
    }

    fn write_conditions(
        &self,
        thresholds: &[Vec<Threshold>],
        id: impl Fn(NameId) -> AttributeId,
        text: &mut Text,
        writer: &mut Writer,
    ) {
        let (mut records, mut lists) = (Vec::new(), Vec::new());
        for SimpleCondition { attribute, form, operand } in self.simple_conditions.items() {
            let (test, first, second) = match operand {
                Operand::Nothing => (form.test, 0, 0),
                Operand::Values(values) => match (form.test, values.as_slice()) {
                    (Test::OneOf, [value]) => (Test::Is, value.get(), 0),
                    (test, values) => {
                        let first = length_of(&lists);
                        lists.extend(values.iter().map(|value| value.get()));
                        (test, first, length_of(values))
                    }
                },
                Operand::Threshold(threshold) => {
                    let all = thresholds.get(attribute.index()).map(Vec::as_slice).unwrap_or_default();
                    let below = all.partition_point(|other| other < threshold);
                    (form.test, ThresholdId::from_index(below).get(), 0)
                }
                Operand::Text(part) => {
                    // Each condition has its own copy of the text, because validation bounds the text that decisions read.
                    let (offset, length) = text.add(part);
                    (form.test, offset, length)
                }
            };
            records.extend([condition_word(id(*attribute), form.negated, test.code()), first, second]);
        }
        writer.section(Section::Conditions, records);
        writer.section(Section::ValueSets, lists);
    }

    fn write_values(
        &self,
        anchors: &[Anchor],
        id: impl Fn(NameId) -> AttributeId,
        text: &mut Text,
        writer: &mut Writer,
    ) {
        let values = self.compared.values.items();
        let mut value_anchors = vec![Vec::new(); values.len()];
        for anchor in anchors {
            let Some(SimpleCondition { operand: Operand::Values(values), .. }) =
                self.simple_conditions.get(anchor.condition)
            else {
                continue;
            };
            for value in values {
                if let Some(anchors) = value_anchors.get_mut(value.index()) {
                    anchors.push(anchor.reference.word());
                }
            }
        }

        let (mut records, mut anchored) = (Vec::new(), Vec::new());
        for ((attribute, scalar), anchors) in values.iter().zip(value_anchors) {
            let [first, second] = match scalar {
                Scalar::String(string) => {
                    let (offset, length) = text.intern(string);
                    [offset, length]
                }
                other => other.words(),
            };
            let tagged = value_word(id(*attribute), scalar.kind());
            records.extend([tagged, first, second, length_of(&anchored)]);
            anchored.extend(anchors);
        }
        records.extend([0, 0, 0, length_of(&anchored)]);
        writer.section(Section::Values, records);
        writer.section(Section::ValueAnchors, anchored);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the writer rejects larger rulesets")]
const fn length_of<T>(items: &[T]) -> u32 {
    items.len() as u32
}
