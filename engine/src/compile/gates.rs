use alloc::{collections::BTreeMap, vec, vec::Vec};

use super::{conditions::Conditions, interner::Interner, writer::Writer};
use crate::ruleset::{
    AnchorId, AnchorReference, ConditionId, EntryId, GateId, Id, PredicateId, PredicateReference, RuleId,
    SlotId, Target, layout::Section,
};

/// Two predicates, both of which must match. `None` matches everyone.
type Gate = (Option<PredicateId>, Option<PredicateId>);

/// The distinct gates. Experiments with the same rules share a gate.
#[derive(Debug, Default)]
pub(super) struct Gates(Interner<GateId, Gate>);

/// A condition that gates are indexed by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchor {
    pub(super) condition: ConditionId,
    pub(super) reference: AnchorReference,
}

/// An index entry of an anchor: a gate that requires the anchor.
struct Entry {
    target: Target,
    /// The rule of the remaining conditions.
    rest: RuleId,
    /// The other predicate of the gate.
    other: Option<PredicateId>,
}

impl Gates {
    /// Returns the gate for the predicates of an audience and of an experiment.
    pub(super) fn of(&mut self, audience: Option<PredicateId>, targeting: Option<PredicateId>) -> GateId {
        let gate = if audience == targeting { (None, targeting) } else { (audience, targeting) };
        self.0.intern(gate)
    }

    pub(super) fn len(&self) -> usize {
        self.0.items().len()
    }

    /// Writes the index of gates, and returns the anchors. `single_slots` contains the slot of each gate that has exactly
    /// one slot.
    ///
    /// A gate can be indexed by one of its predicates if each rule of the predicate has a condition that only certain
    /// values meet: such a condition becomes the rule's *anchor*. The rarer an anchor, the fewer gates are evaluated in
    /// vain.
    pub(super) fn write(
        self,
        single_slots: &[Option<SlotId>],
        conditions: &mut Conditions,
        writer: &mut Writer,
    ) -> Vec<Anchor> {
        let uses = self.uses(conditions);
        let mut entries: BTreeMap<ConditionId, Vec<Entry>> = BTreeMap::new();
        let mut unanchored = Vec::new();
        for (number, (left, right)) in self.0.items().iter().enumerate() {
            let gate = GateId::from_index(number);
            let candidates = [(left, right), (right, left)].into_iter().filter_map(|(predicate, other)| {
                let predicate = (*predicate)?;
                Some((anchors_of(predicate, conditions, &uses)?, predicate, *other))
            });
            let Some(((_, anchors), predicate, other)) = candidates.min_by_key(|((cost, _), ..)| *cost)
            else {
                unanchored.extend([
                    gate.get(),
                    PredicateReference::new(*left).word(),
                    PredicateReference::new(*right).word(),
                ]);
                continue;
            };
            let target = single_slots.get(number).copied().flatten().map_or(Target::Gate(gate), Target::Slot);
            for (rule, anchor) in conditions.rules_of(predicate).to_vec().into_iter().zip(anchors) {
                let rest =
                    conditions.conditions_of(rule).iter().copied().filter(|it| *it != anchor).collect();
                let rest = conditions.intern_rule(rest);
                entries.entry(anchor).or_default().push(Entry { target, rest, other });
            }
        }

        writer.lists(Section::Anchors, Section::Entries, entries.values(), |entry| {
            [entry.target.word(), entry.rest.get(), PredicateReference::new(entry.other).word()]
        });
        writer.section(Section::UnanchoredGates, unanchored);
        let mut first = 0;
        let anchors = entries.into_iter().enumerate().map(|(number, (condition, entries))| {
            let reference = if entries.len() == 1 {
                AnchorReference::Entry(EntryId::from_index(first))
            } else {
                AnchorReference::Anchor(AnchorId::from_index(number))
            };
            first += entries.len();
            Anchor { condition, reference }
        });
        anchors.collect()
    }

    /// Returns for each condition the number of gates that use the condition.
    fn uses(&self, conditions: &Conditions) -> Vec<u32> {
        let mut uses = vec![0_u32; conditions.len()];
        let mut last_gate = vec![None; conditions.len()];
        for (gate, (left, right)) in self.0.items().iter().enumerate() {
            let rules =
                [left, right].into_iter().flatten().flat_map(|predicate| conditions.rules_of(*predicate));
            for condition in rules.flat_map(|rule| conditions.conditions_of(*rule)) {
                let at = condition.index();
                if let (Some(uses), Some(last_gate)) = (uses.get_mut(at), last_gate.get_mut(at))
                    && *last_gate != Some(gate)
                {
                    *last_gate = Some(gate);
                    *uses += 1;
                }
            }
        }
        uses
    }
}

/// Returns the anchor of each rule of a predicate, and the total number of uses of the anchors. Returns `None` if a rule
/// has no possible anchor.
fn anchors_of(
    predicate: PredicateId,
    conditions: &Conditions,
    uses: &[u32],
) -> Option<(u64, Vec<ConditionId>)> {
    let mut cost = 0;
    let mut anchors = Vec::new();
    for rule in conditions.rules_of(predicate) {
        let candidates = conditions.conditions_of(*rule).iter().filter_map(|condition| {
            let values = conditions.indexed_values(*condition)?;
            Some((uses.get(condition.index()).copied()?, values, *condition))
        });
        let (uses, _, condition) = candidates.min()?;
        cost += u64::from(uses);
        anchors.push(condition);
    }
    Some((cost, anchors))
}
