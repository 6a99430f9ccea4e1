//! What a ruleset records for explanations. Loading does not check these sections: a reader gets what is there.

use super::{
    ids::{SlotId, TraceListId, TraceSplitId},
    layout::{NONE, Section},
    loaded::Ruleset,
    references::Evaluated,
    words::Words,
};
use crate::{assignment::EntityId, wire};

/// What is recorded of one experiment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trace<'r> {
    ruleset: &'r Ruleset,
    audience: TraceListId,
    targeting: TraceListId,
    split: TraceSplitId,
    /// Where the salt is.
    pub(crate) salt: TraceSalt<'r>,
}

/// Where the salt of an experiment is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TraceSalt<'r> {
    /// In this slot.
    Slot(SlotId),
    /// The salt itself, because the experiment has no slot: nobody can be assigned.
    Text(&'r [u8]),
}

/// A condition as published.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TraceCondition<'r> {
    /// The JSON of the condition.
    pub(crate) json: &'r str,
    /// What is evaluated.
    pub(crate) evaluated: Evaluated,
}

impl Ruleset {
    /// Returns the experiment with this key, if there is one.
    #[must_use]
    pub fn experiment(&self, key: &str) -> Option<EntityId> {
        let mut start = alloc::vec::Vec::new();
        wire::push_key_of_head(&mut start, key);
        let head = |entity: u32| self.fragments().head(EntityId::new(entity));
        let keys = self.words(Section::TraceKeys);
        if keys.len() == 0 {
            // An earlier version of Edgewise published the ruleset.
            let found = (0..self.experiments()).find(|entity| head(*entity).starts_with(&start));
            return found.map(EntityId::new);
        }
        let (mut first, mut beyond) = (0, keys.len());
        while first < beyond {
            let middle = first.midpoint(beyond);
            if head(keys.at(middle)) < start.as_slice() { first = middle + 1 } else { beyond = middle }
        }
        let found = keys.get(first).filter(|entity| head(*entity).starts_with(&start));
        found.map(EntityId::new)
    }

    /// Returns what is recorded of an experiment. `None` if there is no such experiment, or if nothing is recorded, or if the
    /// recorded slot belongs to another experiment.
    pub(crate) fn trace(&self, entity: EntityId) -> Option<Trace<'_>> {
        let mut traces =
            self.words(Section::Traces).records_between(entity.index(), entity.index().saturating_add(1));
        let [audience, targeting, split, place, length] = traces.next()?;
        let salt = match length {
            NONE => {
                let slot = SlotId::new(place);
                let exists = slot.index() < self.counts().slots && self.slot(slot).0 == entity.get();
                TraceSalt::Slot(exists.then_some(slot)?)
            }
            length => TraceSalt::Text(self.trace_text(place, length)),
        };
        let (audience, targeting) = (TraceListId::new(audience), TraceListId::new(targeting));
        Some(Trace { ruleset: self, audience, targeting, split: TraceSplitId::new(split), salt })
    }

    /// Returns the ruleset whose conditions only explanations evaluate, if there is such a ruleset and it is valid.
    pub(crate) fn undecided(&self) -> Option<Self> {
        Self::load(self.bytes_of(Section::TraceRuleset).to_vec()).ok()
    }

    fn trace_text(&self, offset: u32, length: u32) -> &[u8] {
        let range = offset as usize..(offset as usize).saturating_add(length as usize);
        self.bytes_of(Section::TraceText).get(range).unwrap_or_default()
    }
}

impl<'r> Trace<'r> {
    /// Returns the rules of the audience, each as the list of its conditions.
    pub(crate) fn audience(self) -> impl Iterator<Item = impl Iterator<Item = TraceCondition<'r>>> {
        self.rules(self.audience)
    }

    /// Returns the experiment's own rules, each as the list of its conditions.
    pub(crate) fn targeting(self) -> impl Iterator<Item = impl Iterator<Item = TraceCondition<'r>>> {
        self.rules(self.targeting)
    }

    /// Returns the first and the last bucket of each allocated range.
    pub(crate) fn ranges(self) -> impl Iterator<Item = [i32; 2]> {
        let (first, end) = bounds(self.ruleset.words(Section::TraceSplits), self.split.index());
        let ranges = self.ruleset.words(Section::TraceRanges).records_between(first, end);
        ranges.map(|range: [u32; 2]| range.map(u32::cast_signed))
    }

    /// Returns an estimate of the length of an explanation, in bytes: the conditions, and what was seen.
    pub(crate) fn estimated_bytes(self) -> u64 {
        let lists = [self.audience, self.targeting].into_iter();
        let lengths = lists.flat_map(|list| self.conditions_of(list)).flatten().map(|[_, length, _]| length);
        lengths.map(|length| u64::from(length) + SEEN_BYTES).sum()
    }

    /// Returns whether a condition refers to the section TraceRuleset.
    pub(crate) fn has_undecided(self) -> bool {
        let lists = [self.audience, self.targeting].into_iter();
        let mut words = lists.flat_map(|list| self.conditions_of(list)).flatten().map(|[.., word]| word);
        words.any(|word| matches!(Evaluated::from_word(word), Evaluated::Undecided(_)))
    }

    fn rules(self, list: TraceListId) -> impl Iterator<Item = impl Iterator<Item = TraceCondition<'r>>> {
        self.conditions_of(list).map(move |conditions| {
            conditions.map(move |[offset, length, word]| {
                let json = core::str::from_utf8(self.ruleset.trace_text(offset, length)).unwrap_or_default();
                TraceCondition { json, evaluated: Evaluated::from_word(word) }
            })
        })
    }

    /// Returns the conditions of each rule of a list.
    fn conditions_of(self, list: TraceListId) -> impl Iterator<Item = impl Iterator<Item = [u32; 3]> + 'r> {
        let (first, end) = bounds(self.ruleset.words(Section::TraceLists), list.index());
        let starts = self.ruleset.words(Section::TraceRules);
        let end = end.min(starts.len().saturating_sub(1));
        let mut next = bounds(starts, first).0;
        // Rules share no condition, so that no list is longer than all conditions.
        (first..end).map(move |rule| {
            let start = next;
            next = bounds(starts, rule).1.max(start);
            self.ruleset.words(Section::TraceConditions).records_between(start, next)
        })
    }
}

/// The most bytes that an explanation contains of a value that was seen, with the names of members.
const SEEN_BYTES: u64 = 1200;

/// Returns the start of a list, and the end: the start of the next list. An unknown list is empty.
fn bounds(starts: Words<'_>, list: usize) -> (usize, usize) {
    let pair = starts.get(list).zip(starts.get(list.saturating_add(1)));
    pair.map_or((0, 0), |(first, end)| (first as usize, end as usize))
}
