use alloc::vec::Vec;

use super::{
    conditions::{Conditions, SimplifiedRules},
    interner::Interner,
    simplifying::Simplified,
    text::Text,
    writer::Writer,
};
use crate::{
    rules::Rule,
    ruleset::{
        Evaluated, SlotId, TraceListId, TraceSplitId,
        layout::{NONE, Section},
    },
    snapshot::Experiment,
};

/// A condition as published: offset and length of the JSON in the text, and what is evaluated.
type Condition = [u32; 3];

/// What explanations need: rules and allocations as published.
#[derive(Debug, Default)]
pub(super) struct Traces {
    text: Text,
    lists: Interner<TraceListId, Vec<Vec<Condition>>>,
    splits: Interner<TraceSplitId, Vec<[i32; 2]>>,
    records: Vec<u32>,
}

impl Traces {
    /// Adds an experiment. `simplified` are the conditions of the audience's rules and of the experiment's own rules that
    /// have been simplified for deciding.
    pub(super) fn add(
        &mut self,
        experiment: &Experiment,
        simplified: &[SimplifiedRules; 2],
        slot: Option<SlotId>,
        conditions: &mut Conditions,
    ) {
        let [of_audience, of_targeting] = simplified;
        let audience = self.list(&experiment.audience_rules, of_audience, conditions);
        let targeting = self.list(&experiment.targeting_rules, of_targeting, conditions);
        let ranges = experiment
            .allocations
            .iter()
            .map(|allocation| [allocation.range_start, allocation.range_end].map(cut_to_32_bits));
        let split = self.splits.intern(ranges.collect());
        let (place, length) = match slot {
            Some(slot) => (slot.get(), NONE),
            None => self.text.intern(experiment.salt.as_str()),
        };
        self.records.extend([audience.get(), targeting.get(), split.get(), place, length]);
    }

    fn list(
        &mut self,
        rules: &[Rule],
        simplified: &SimplifiedRules,
        conditions: &mut Conditions,
    ) -> TraceListId {
        let mut known_rules = simplified.iter();
        let rules = rules.iter().map(|rule| {
            let mut known = known_rules.next().into_iter().flatten();
            let conditions = rule.conditions.iter().map(|condition| {
                let simplified = known.next().copied().unwrap_or_else(|| conditions.condition(condition));
                let evaluated = match simplified {
                    Simplified::Never => Evaluated::Never,
                    Simplified::Always => Evaluated::Always,
                    Simplified::Condition(id) => Evaluated::Condition(id),
                };
                // A condition is made of texts and JSON, so writing a condition cannot fail.
                let json = serde_json::to_string(condition).unwrap_or_default();
                let (offset, length) = self.text.intern(&json);
                [offset, length, evaluated.word()]
            });
            conditions.collect()
        });
        let rules = rules.collect();
        self.lists.intern(rules)
    }

    /// Writes the sections. `keys` are the experiments in the order of their heads.
    pub(super) fn write(self, keys: Vec<u32>, writer: &mut Writer) {
        writer.section(Section::Traces, self.records);
        let lists = self.lists.items();
        writer.starts(Section::TraceLists, lists.iter());
        let rules = || lists.iter().flatten();
        writer.lists(Section::TraceRules, Section::TraceConditions, rules(), |condition| *condition);
        writer.lists(Section::TraceSplits, Section::TraceRanges, self.splits.items().iter(), |range| {
            range.map(i32::cast_unsigned)
        });
        writer.section(Section::TraceKeys, keys);
        writer.bytes(Section::TraceText, self.text.into_bytes());
    }
}

fn cut_to_32_bits(bucket: i64) -> i32 {
    i32::try_from(bucket).unwrap_or(if bucket < 0 { i32::MIN } else { i32::MAX })
}
