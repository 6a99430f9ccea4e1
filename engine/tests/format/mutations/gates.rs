//! Changes of anchors, entries, gates and ranges.

use super::mutation::Mutation;
use crate::{
    edited::Edited,
    layout::{
        ANCHOR_START, ANCHORS, BLOCK_EXPERIMENT, BLOCKS, DIRECT, ENTRIES, ENTRY_GATE, ENTRY_PREDICATE,
        ENTRY_RULE, GATE_START, GATES, LOOSE, LOOSE_EXPERIMENT, PREDICATES, RANGE_FIRST, RANGE_SLOTS, RULES,
        UNANCHORED_GATE, UNANCHORED_LEFT, UNANCHORED_RIGHT, VALUE_ANCHOR, VALUE_START, VALUE_TAG, VALUES,
        kind,
    },
    seeds::Seed,
};

fn slots(edited: &Edited) -> u32 {
    8 * edited.count(BLOCKS) + edited.count(LOOSE)
}

/// Returns the place in ValueAnchors of the first of two anchors of the same value, each of which has several entries.
fn two_anchors_of_a_value(edited: &Edited) -> usize {
    let starts = edited.records(VALUES).map(|value| edited.get(VALUE_START, value) as usize);
    let starts: Vec<_> = starts.collect();
    let is_indirect = |place: usize| edited.get(VALUE_ANCHOR, place) & DIRECT == 0;
    let mut places = starts.windows(2).flat_map(|value| (value[0]..value[1]).skip(1));
    places.find(|place| is_indirect(place - 1) && is_indirect(*place)).expect("a value has two anchors") - 1
}

pub(super) const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "no anchors, and no end record",
        seed: Seed::Empty,
        change: |edited| edited.set_length(ANCHORS, 0),
        reason: "the starts in Anchors do not ascend to the end of Entries",
    },
    Mutation {
        name: "an anchor begins after the next anchor",
        seed: Seed::Full,
        change: |edited| edited.set(ANCHOR_START, 0, edited.get(ANCHOR_START, 1) + 1),
        reason: "the starts in Anchors do not ascend to the end of Entries",
    },
    Mutation {
        name: "the last anchor ends after the last entry",
        seed: Seed::Full,
        change: |edited| {
            let last = edited.last(ANCHORS);
            edited.set(ANCHOR_START, last, edited.get(ANCHOR_START, last) + 1);
        },
        reason: "the starts in Anchors do not ascend to the end of Entries",
    },
    Mutation {
        name: "a value refers directly to the entry after the last entry",
        seed: Seed::Full,
        change: |edited| {
            let direct = edited.find(VALUE_ANCHOR, |anchor| anchor & DIRECT != 0);
            edited.set(VALUE_ANCHOR, direct, edited.count(ENTRIES) | DIRECT);
        },
        reason: "an anchor refers to an unknown entry",
    },
    Mutation {
        name: "a value refers to the end record of the anchors",
        seed: Seed::Full,
        change: |edited| edited.set(VALUE_ANCHOR, 0, edited.end_record(ANCHORS)),
        reason: "an anchor is unknown",
    },
    // If a value could refer to an anchor twice, the time of a decision could grow with the product of both.
    Mutation {
        name: "a value refers to an anchor twice",
        seed: Seed::Full,
        change: |edited| {
            let first = two_anchors_of_a_value(edited);
            edited.set(VALUE_ANCHOR, first + 1, edited.get(VALUE_ANCHOR, first));
        },
        reason: "anchors are not in ascending order",
    },
    Mutation {
        name: "a value of another attribute refers to an anchor",
        seed: Seed::Full,
        change: |edited| {
            let attribute = |value| edited.get(VALUE_TAG, value) >> kind::ATTRIBUTE;
            let has_anchor = |value: usize| {
                let start = edited.get(VALUE_START, value);
                let indirect = edited.get(VALUE_ANCHOR, start as usize) & DIRECT == 0;
                indirect && start < edited.get(VALUE_START, value + 1)
            };
            let mut with_anchor = (0..edited.last(VALUES)).filter(|value| has_anchor(*value));
            let first = with_anchor.next().unwrap();
            let other = with_anchor.find(|value| attribute(*value) != attribute(first)).unwrap();
            let [from, to] = [first, other].map(|value| edited.get(VALUE_START, value) as usize);
            edited.set(VALUE_ANCHOR, to, edited.get(VALUE_ANCHOR, from));
        },
        reason: "an anchor belongs to two attributes",
    },
    Mutation {
        name: "no gates, and no end record",
        seed: Seed::Empty,
        change: |edited| edited.set_length(GATES, 0),
        reason: "the starts in Gates do not ascend to the end of Ranges",
    },
    Mutation {
        name: "a gate begins after the next gate",
        seed: Seed::Full,
        change: |edited| edited.set(GATE_START, 0, edited.get(GATE_START, 1) + 1),
        reason: "the starts in Gates do not ascend to the end of Ranges",
    },
    Mutation {
        name: "the last gate ends after the last range",
        seed: Seed::Full,
        change: |edited| {
            let last = edited.last(GATES);
            edited.set(GATE_START, last, edited.get(GATE_START, last) + 1);
        },
        reason: "the starts in Gates do not ascend to the end of Ranges",
    },
    Mutation {
        name: "a range begins after the last slot",
        seed: Seed::Full,
        change: |edited| edited.set(RANGE_FIRST, 0, slots(edited)),
        reason: "a range of slots is out of bounds",
    },
    Mutation {
        name: "a range has the largest start and length",
        seed: Seed::Full,
        change: |edited| {
            edited.set(RANGE_FIRST, 0, u32::MAX);
            edited.set(RANGE_SLOTS, 0, u32::MAX);
        },
        reason: "a range of slots is out of bounds",
    },
    // If an experiment could belong to many gates, a small ruleset could cause long responses and long decisions.
    Mutation {
        name: "two ranges begin at the same slot",
        seed: Seed::Full,
        change: |edited| {
            let other = edited.find(RANGE_FIRST, |first| first != 0);
            edited.set(RANGE_FIRST, other, 0);
        },
        reason: "an experiment belongs to two gates",
    },
    Mutation {
        name: "two slots are of the same experiment",
        seed: Seed::Full,
        change: |edited| edited.set(LOOSE_EXPERIMENT, 0, edited.get(BLOCK_EXPERIMENT, 0)),
        reason: "an experiment belongs to two gates",
    },
    Mutation {
        name: "an entry refers to the end record of the gates",
        seed: Seed::Full,
        change: |edited| {
            let gate = edited.find(ENTRY_GATE, |gate| gate & DIRECT == 0);
            edited.set(ENTRY_GATE, gate, edited.end_record(GATES));
        },
        reason: "an entry refers to an unknown gate, rule or predicate",
    },
    Mutation {
        name: "an entry refers directly to the slot after the last slot",
        seed: Seed::Full,
        change: |edited| {
            let direct = edited.find(ENTRY_GATE, |gate| gate & DIRECT != 0);
            edited.set(ENTRY_GATE, direct, slots(edited) | DIRECT);
        },
        reason: "an entry refers to an unknown gate, rule or predicate",
    },
    Mutation {
        name: "an entry refers directly to a slot without a gate",
        seed: Seed::Full,
        change: |edited| {
            let direct = edited.find(ENTRY_GATE, |gate| gate & DIRECT != 0);
            let slot = edited.get(ENTRY_GATE, direct) & !DIRECT;
            let range = edited.find(RANGE_FIRST, |first| first == slot);
            assert_eq!(edited.get(RANGE_SLOTS, range), 1, "the slot is the only slot of its gate");
            edited.set(RANGE_SLOTS, range, 0);
        },
        reason: "an entry refers to an unknown gate, rule or predicate",
    },
    Mutation {
        name: "an entry refers to the end record of the rules",
        seed: Seed::Full,
        change: |edited| edited.set(ENTRY_RULE, 0, edited.end_record(RULES)),
        reason: "an entry refers to an unknown gate, rule or predicate",
    },
    Mutation {
        name: "an entry refers to the end record of the predicates",
        seed: Seed::Full,
        change: |edited| edited.set(ENTRY_PREDICATE, 0, edited.end_record(PREDICATES)),
        reason: "an entry refers to an unknown gate, rule or predicate",
    },
    Mutation {
        name: "two unanchored gates are the same gate",
        seed: Seed::Full,
        change: |edited| edited.set(UNANCHORED_GATE, 1, edited.get(UNANCHORED_GATE, 0)),
        reason: "unanchored gates are not in ascending order",
    },
    Mutation {
        name: "an unanchored gate is the end record of the gates",
        seed: Seed::Full,
        change: |edited| {
            let last = edited.last(UNANCHORED_GATE.section);
            edited.set(UNANCHORED_GATE, last, edited.end_record(GATES));
        },
        reason: "an unanchored gate or its predicate is unknown",
    },
    Mutation {
        name: "the first predicate of an unanchored gate is the end record of the predicates",
        seed: Seed::Full,
        change: |edited| edited.set(UNANCHORED_LEFT, 0, edited.end_record(PREDICATES)),
        reason: "an unanchored gate or its predicate is unknown",
    },
    Mutation {
        name: "the second predicate of an unanchored gate is the end record of the predicates",
        seed: Seed::Full,
        change: |edited| edited.set(UNANCHORED_RIGHT, 0, edited.end_record(PREDICATES)),
        reason: "an unanchored gate or its predicate is unknown",
    },
];
