use alloc::{collections::BTreeMap, vec, vec::Vec};

use super::{conditions::Conditions, numbered::Numbered, writer::Writer};
use crate::ruleset::layout::{DIRECT, NONE, Section};

/// Two predicates, both of which must match. `None` matches everyone.
type Gate = (Option<u32>, Option<u32>);

/// What experiments with the same rules have in common, each once.
#[derive(Debug, Default)]
pub(super) struct Gates(Numbered<Gate>);

/// A condition by which gates are found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchor {
    pub(super) condition: u32,
    /// What stands in Anchored for it.
    pub(super) reached_by: u32,
}

/// A way to a gate, from an anchor on.
struct Entry {
    gate: u32,
    /// The conditions that the anchor leaves to be asked.
    rest: u32,
    /// The other predicate.
    other: Option<u32>,
}

impl Gates {
    /// The gate of an audience's and an experiment's rules.
    pub(super) fn of(&mut self, audience: Option<u32>, targeting: Option<u32>) -> u32 {
        let gate = if audience == targeting { (None, targeting) } else { (audience, targeting) };
        self.0.number(gate)
    }

    pub(super) fn len(&self) -> usize {
        self.0.items().len()
    }

    /// Writes how gates are found, and returns the conditions that lead to them, each with how many entries it has. `alone`
    /// has for each gate the slot that is alone behind it.
    ///
    /// A gate can be found by a predicate if each of its rules has a condition that only certain values meet: such a
    /// condition becomes the rule's *anchor*. The rarer an anchor, the fewer gates are asked in vain.
    pub(super) fn write(
        self,
        alone: &[Option<u32>],
        conditions: &mut Conditions,
        writer: &mut Writer,
    ) -> Vec<Anchor> {
        let uses = self.uses(conditions);
        let mut entries: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
        let mut always = Vec::new();
        for (gate, (left, right)) in (0..).zip(self.0.items()) {
            let ways = [(left, right), (right, left)].into_iter().filter_map(|(predicate, other)| {
                let predicate = (*predicate)?;
                Some((anchors_of(predicate, conditions, &uses)?, predicate, *other))
            });
            let Some(((_, anchors), predicate, other)) = ways.min_by_key(|((cost, _), ..)| *cost) else {
                always.extend([gate, left.unwrap_or(NONE), right.unwrap_or(NONE)]);
                continue;
            };
            for (rule, anchor) in conditions.rules_of(predicate).to_vec().into_iter().zip(anchors) {
                let rest =
                    conditions.conditions_of(rule).iter().copied().filter(|it| *it != anchor).collect();
                let rest = conditions.rule_of(rest);
                entries.entry(anchor).or_default().push(Entry { gate, rest, other });
            }
        }

        writer.lists(Section::Anchors, Section::Entries, entries.values(), |entry| {
            let slot = alone.get(entry.gate as usize).copied().flatten();
            [slot.map_or(entry.gate, |slot| slot | DIRECT), entry.rest, entry.other.unwrap_or(NONE)]
        });
        writer.section(Section::Always, always);
        let mut first = 0_u32;
        let anchors = (0..).zip(entries).map(|(number, (condition, entries))| {
            let reached_by = if entries.len() == 1 { first | DIRECT } else { number };
            // The writer refuses rulesets in which there are more.
            first = first.saturating_add(u32::try_from(entries.len()).unwrap_or(u32::MAX));
            Anchor { condition, reached_by }
        });
        anchors.collect()
    }

    /// For each condition how many gates it occurs in.
    fn uses(&self, conditions: &Conditions) -> Vec<u32> {
        let mut uses = vec![0_u32; conditions.len()];
        let mut seen_at = vec![None; conditions.len()];
        for (gate, (left, right)) in self.0.items().iter().enumerate() {
            let rules =
                [left, right].into_iter().flatten().flat_map(|predicate| conditions.rules_of(*predicate));
            for condition in rules.flat_map(|rule| conditions.conditions_of(*rule)) {
                let at = *condition as usize;
                if let (Some(uses), Some(seen_at)) = (uses.get_mut(at), seen_at.get_mut(at))
                    && *seen_at != Some(gate)
                {
                    *seen_at = Some(gate);
                    *uses += 1;
                }
            }
        }
        uses
    }
}

/// The anchor of each of a predicate's rules, and how often they occur in all; `None` if a rule has none.
fn anchors_of(predicate: u32, conditions: &Conditions, uses: &[u32]) -> Option<(u64, Vec<u32>)> {
    let mut cost = 0;
    let mut anchors = Vec::new();
    for rule in conditions.rules_of(predicate) {
        let leading = conditions.conditions_of(*rule).iter().filter_map(|condition| {
            let values = conditions.leading_values(*condition)?;
            Some((uses.get(*condition as usize).copied()?, values, *condition))
        });
        let (uses, _, condition) = leading.min()?;
        cost += u64::from(uses);
        anchors.push(condition);
    }
    Some((cost, anchors))
}
