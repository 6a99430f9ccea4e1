use alloc::{string::String, vec::Vec};

use super::{
    conditions::{Conditions, SimplifiedRules},
    error::CompileError,
    interner::Interner,
    simplifying::Simplified,
    text::Text,
    writer::{Writer, count},
};
use crate::{
    rules::Rule,
    ruleset::{
        ConditionId, Evaluated, SlotId, TraceListId, TraceSplitId,
        layout::{NONE, Section},
    },
    snapshot::Experiment,
};

/// What explanations need: rules as published, and where salts are.
#[derive(Debug, Default)]
pub(super) struct Traces {
    text: Text,
    records: Vec<u32>,
    /// The distinct lists of rules, as JSON.
    lists: Interner<TraceListId, String>,
    list_starts: Vec<u32>,
    rule_starts: Vec<u32>,
    /// Conditions as published: offset and length of the JSON in the text, and what is evaluated.
    conditions: Vec<[u32; 3]>,
    /// Conditions that decisions never evaluate: those of experiments that nobody is assigned to, and those after a
    /// condition that never holds.
    undecided: Conditions,
}

impl Traces {
    /// Adds an experiment. `simplified` are the conditions of the audience's rules and of the experiment's own rules that
    /// have been simplified for deciding.
    pub(super) fn add(
        &mut self,
        experiment: &Experiment,
        simplified: &[SimplifiedRules; 2],
        split: TraceSplitId,
        slot: Option<SlotId>,
    ) -> Result<(), CompileError> {
        let [of_audience, of_targeting] = simplified;
        let audience = self.list(&experiment.audience_rules, of_audience)?;
        let targeting = self.list(&experiment.targeting_rules, of_targeting)?;
        let (place, length) = match slot {
            Some(slot) => (slot.get(), NONE),
            None => self.text.intern(experiment.salt.as_str()),
        };
        self.records.extend([audience.get(), targeting.get(), split.get(), place, length]);
        Ok(())
    }

    fn list(&mut self, rules: &[Rule], simplified: &SimplifiedRules) -> Result<TraceListId, CompileError> {
        let (list, ends) = to_json(rules);
        let known = self.lists.items().len();
        let id = self.lists.intern(list.clone());
        if id.index() < known {
            return Ok(id);
        }
        self.list_starts.push(count(&self.rule_starts)?);
        let (mut start, mut ends, mut simplified) = (0, ends.into_iter(), simplified.iter());
        for rule in rules {
            self.rule_starts.push(count(&self.conditions)?);
            let mut simplified = simplified.next().into_iter().flatten();
            for (condition, end) in rule.conditions.iter().zip(&mut ends) {
                let evaluated = match simplified.next() {
                    Some(decided) => evaluated(*decided, Evaluated::Decided),
                    None => evaluated(self.undecided.condition(condition), Evaluated::Undecided),
                };
                let (offset, length) = self.text.intern(list.get(start..end).unwrap_or_default());
                self.conditions.push([offset, length, evaluated.word()]);
                start = end;
            }
            // The byte at the end of a rule.
            start += 1;
        }
        Ok(id)
    }

    /// Writes the sections. `keys` are the experiments in the order of their heads. Returns the conditions that decisions
    /// never evaluate, if there are such conditions.
    pub(super) fn write(
        mut self,
        keys: Vec<u32>,
        writer: &mut Writer,
    ) -> Result<Option<Conditions>, CompileError> {
        self.list_starts.push(count(&self.rule_starts)?);
        self.rule_starts.push(count(&self.conditions)?);
        writer.section(Section::Traces, self.records);
        writer.section(Section::TraceLists, self.list_starts);
        writer.section(Section::TraceRules, self.rule_starts);
        writer.section(Section::TraceConditions, self.conditions.into_iter().flatten());
        writer.section(Section::TraceKeys, keys);
        writer.bytes(Section::TraceText, self.text.into_bytes());
        Ok((self.undecided.len() > 0).then_some(self.undecided))
    }
}

fn evaluated(
    condition: Simplified<ConditionId>,
    reference: impl FnOnce(ConditionId) -> Evaluated,
) -> Evaluated {
    match condition {
        Simplified::Never => Evaluated::Never,
        Simplified::Always => Evaluated::Always,
        Simplified::Condition(id) => reference(id),
    }
}

/// Separates rules in the JSON of a list. Conditions contain no line breaks.
const END_OF_RULE: u8 = b'\n';

/// Returns the conditions of all rules as JSON, and the end of each condition in the text.
fn to_json(rules: &[Rule]) -> (String, Vec<usize>) {
    let (mut list, mut ends) = (Vec::new(), Vec::new());
    for rule in rules {
        for condition in &rule.conditions {
            condition.push_json(&mut list);
            ends.push(list.len());
        }
        list.push(END_OF_RULE);
    }
    (String::from_utf8(list).unwrap_or_default(), ends)
}
