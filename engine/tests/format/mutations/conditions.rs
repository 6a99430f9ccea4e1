//! Changes of attributes, values, conditions and rules.

use super::mutation::Mutation;
use crate::{
    edited::Edited,
    layout::{
        ATTRIBUTE_FIRST_THRESHOLD, ATTRIBUTE_NAME_LENGTH, ATTRIBUTE_NAME_OFFSET, ATTRIBUTE_THRESHOLDS,
        ATTRIBUTES, CONDITION_FIRST, CONDITION_SECOND, CONDITION_TAG, CONDITIONS, PREDICATE_RULE,
        PREDICATE_START, PREDICATES, RULE_CONDITION, RULE_START, RULES, SET_VALUE, TABLE, TABLE_ENTRY, TEXT,
        THRESHOLD_HIGH, VALUE_SETS, VALUE_START, VALUE_TAG, VALUE_TEXT_OFFSET, VALUES, kind, operator,
    },
    seeds::Seed,
};

/// The upper half of an infinite double.
const INFINITE: u32 = 0x7ff0_0000;

/// Returns the number of the first condition with an operator.
fn condition(edited: &Edited, wanted: u32) -> usize {
    edited.find(CONDITION_TAG, |tag| tag & operator::MASK == wanted)
}

pub(super) const MUTATIONS: &[Mutation] = &[
    // If many conditions or salts could share a text, or many attributes a name, a small ruleset could cause long
    // decisions.
    Mutation {
        name: "the name of an attribute is longer than the text",
        seed: Seed::Full,
        change: |edited| edited.set(ATTRIBUTE_NAME_LENGTH, 0, edited.length(TEXT) + 1),
        reason: "the names of attributes are longer than the text",
    },
    Mutation {
        name: "the first attribute's name is the whole text, so that nothing is left for the second name",
        seed: Seed::Full,
        change: |edited| {
            edited.set(ATTRIBUTE_NAME_OFFSET, 0, 0);
            edited.set(ATTRIBUTE_NAME_LENGTH, 0, edited.length(TEXT));
        },
        reason: "the names of attributes are longer than the text",
    },
    Mutation {
        name: "the name of an attribute ends after the text",
        seed: Seed::Full,
        change: |edited| edited.set(ATTRIBUTE_NAME_OFFSET, 0, edited.length(TEXT)),
        reason: "an attribute's name is not a part of the text",
    },
    Mutation {
        name: "two attributes have the same name",
        seed: Seed::Full,
        change: |edited| {
            edited.set(ATTRIBUTE_NAME_OFFSET, 1, edited.get(ATTRIBUTE_NAME_OFFSET, 0));
            edited.set(ATTRIBUTE_NAME_LENGTH, 1, edited.get(ATTRIBUTE_NAME_LENGTH, 0));
        },
        reason: "attribute names are not in ascending order",
    },
    Mutation {
        name: "an attribute's thresholds begin at the second threshold",
        seed: Seed::Full,
        change: |edited| edited.set(ATTRIBUTE_FIRST_THRESHOLD, 0, 1),
        reason: "an attribute's thresholds do not follow the previous attribute's thresholds",
    },
    Mutation {
        name: "an attribute has more thresholds than there are",
        seed: Seed::Full,
        change: |edited| {
            let last = edited.last(ATTRIBUTES);
            edited.set(ATTRIBUTE_THRESHOLDS, last, 1);
        },
        reason: "thresholds are missing",
    },
    Mutation {
        name: "a threshold equals the next threshold",
        seed: Seed::Full,
        change: |edited| edited.set(THRESHOLD_HIGH, 0, edited.get(THRESHOLD_HIGH, 1)),
        reason: "thresholds are not finite numbers in ascending order",
    },
    Mutation {
        name: "the last threshold is infinite",
        seed: Seed::Full,
        change: |edited| edited.set(THRESHOLD_HIGH, edited.last(THRESHOLD_HIGH.section), INFINITE),
        reason: "thresholds are not finite numbers in ascending order",
    },
    Mutation {
        name: "a value belongs to an attribute after the last attribute",
        seed: Seed::Full,
        change: |edited| {
            let attributes = edited.count(ATTRIBUTES);
            edited.set(VALUE_TAG, 0, attributes << kind::ATTRIBUTE);
        },
        reason: "a value has no attribute",
    },
    Mutation {
        name: "a value's string ends after the text",
        seed: Seed::Full,
        change: |edited| edited.set(VALUE_TEXT_OFFSET, 0, edited.length(TEXT)),
        reason: "a value's string is not a part of the text",
    },
    Mutation {
        name: "no values, and no end record",
        seed: Seed::Empty,
        change: |edited| edited.set_length(VALUES, 0),
        reason: "the starts in Values do not ascend to the end of ValueAnchors",
    },
    Mutation {
        name: "a value's anchors begin after the next value's anchors",
        seed: Seed::Full,
        change: |edited| edited.set(VALUE_START, 0, edited.get(VALUE_START, 1) + 1),
        reason: "the starts in Values do not ascend to the end of ValueAnchors",
    },
    Mutation {
        name: "the last value's anchors end after the last anchor",
        seed: Seed::Full,
        change: |edited| {
            let last = edited.last(VALUES);
            edited.set(VALUE_START, last, edited.get(VALUE_START, last) + 1);
        },
        reason: "the starts in Values do not ascend to the end of ValueAnchors",
    },
    Mutation {
        name: "the table has three entries",
        seed: Seed::Full,
        change: |edited| edited.set_length(TABLE, 12),
        reason: "the size of the table is not a power of two",
    },
    Mutation {
        name: "the only entry of the table is used",
        seed: Seed::Empty,
        change: |edited| edited.set(TABLE_ENTRY, 0, 1),
        reason: "the table is full",
    },
    // A search in the table ends at an unused entry.
    Mutation {
        name: "the table is the end of the text, and what follows the text",
        seed: Seed::Full,
        change: |edited| {
            const ENTRIES: u32 = 2048;
            const IN_TEXT: u32 = 1800;
            let text_end = (edited.offset(TEXT) + edited.length(TEXT)) / 4 * 4;
            edited.set_offset(TABLE, text_end - 4 * IN_TEXT);
            edited.set_length(TABLE, 4 * ENTRIES);
        },
        reason: "the table has too long a run of entries",
    },
    Mutation {
        name: "the table contains the number after the last value",
        seed: Seed::Full,
        change: |edited| {
            let used = edited.find(TABLE_ENTRY, |entry| entry != 0);
            edited.set(TABLE_ENTRY, used, edited.count(VALUES));
        },
        reason: "the table contains an unknown value",
    },
    Mutation {
        name: "a set contains the end record of the values",
        seed: Seed::Full,
        change: |edited| edited.set(SET_VALUE, 0, edited.end_record(VALUES)),
        reason: "a set contains an unknown value",
    },
    Mutation {
        name: "no predicates, and no end record",
        seed: Seed::Empty,
        change: |edited| edited.set_length(PREDICATES, 0),
        reason: "the starts in Predicates do not ascend to the end of PredicateRules",
    },
    Mutation {
        name: "a predicate begins after the next predicate",
        seed: Seed::Full,
        change: |edited| edited.set(PREDICATE_START, 0, edited.get(PREDICATE_START, 1) + 1),
        reason: "the starts in Predicates do not ascend to the end of PredicateRules",
    },
    Mutation {
        name: "the last predicate ends after the last rule of predicates",
        seed: Seed::Full,
        change: |edited| {
            let last = edited.last(PREDICATES);
            edited.set(PREDICATE_START, last, edited.get(PREDICATE_START, last) + 1);
        },
        reason: "the starts in Predicates do not ascend to the end of PredicateRules",
    },
    Mutation {
        name: "a predicate contains the end record of the rules",
        seed: Seed::Full,
        change: |edited| edited.set(PREDICATE_RULE, 0, edited.end_record(RULES)),
        reason: "a predicate refers to an unknown rule",
    },
    Mutation {
        name: "no rules, and no end record",
        seed: Seed::Empty,
        change: |edited| edited.set_length(RULES, 0),
        reason: "the starts in Rules do not ascend to the end of RuleConditions",
    },
    Mutation {
        name: "a rule begins after the next rule",
        seed: Seed::Full,
        change: |edited| edited.set(RULE_START, 0, edited.get(RULE_START, 1) + 1),
        reason: "the starts in Rules do not ascend to the end of RuleConditions",
    },
    Mutation {
        name: "the last rule ends after the last condition of rules",
        seed: Seed::Full,
        change: |edited| {
            let last = edited.last(RULES);
            edited.set(RULE_START, last, edited.get(RULE_START, last) + 1);
        },
        reason: "the starts in Rules do not ascend to the end of RuleConditions",
    },
    Mutation {
        name: "a rule contains the number after the last condition",
        seed: Seed::Full,
        change: |edited| edited.set(RULE_CONDITION, 0, edited.count(CONDITIONS)),
        reason: "a rule refers to an unknown condition",
    },
    Mutation {
        name: "a condition belongs to the attribute after the last attribute",
        seed: Seed::Full,
        change: |edited| {
            let attributes = edited.count(ATTRIBUTES);
            edited.set(CONDITION_TAG, 0, attributes << operator::ATTRIBUTE | operator::PRESENT);
        },
        reason: "a condition has no attribute",
    },
    Mutation {
        name: "a condition has an operator after the last operator",
        seed: Seed::Full,
        change: |edited| edited.set(CONDITION_TAG, 0, operator::COUNT),
        reason: "a condition's test is unknown",
    },
    Mutation {
        name: "a condition's set of values ends after the last set",
        seed: Seed::Full,
        change: |edited| {
            let one_of = condition(edited, operator::ONE_OF);
            edited.set(CONDITION_SECOND, one_of, edited.count(VALUE_SETS) + 1);
        },
        reason: "a set of values is out of bounds",
    },
    Mutation {
        name: "a condition's set of values has the largest start and length",
        seed: Seed::Full,
        change: |edited| {
            let one_of = condition(edited, operator::ONE_OF);
            edited.set(CONDITION_FIRST, one_of, u32::MAX);
            edited.set(CONDITION_SECOND, one_of, u32::MAX);
        },
        reason: "a set of values is out of bounds",
    },
    Mutation {
        name: "a condition's value is the end record of the values",
        seed: Seed::Full,
        change: |edited| {
            let is = condition(edited, operator::IS);
            edited.set(CONDITION_FIRST, is, edited.end_record(VALUES));
        },
        reason: "a condition's value is missing",
    },
    Mutation {
        name: "a condition is above a threshold that its attribute does not have",
        seed: Seed::Full,
        change: |edited| {
            let above = condition(edited, operator::ABOVE);
            let attribute = edited.get(CONDITION_TAG, above) >> operator::ATTRIBUTE;
            edited.set(CONDITION_FIRST, above, edited.get(ATTRIBUTE_THRESHOLDS, attribute as usize));
        },
        reason: "a condition's threshold is missing",
    },
    Mutation {
        name: "a condition is below a threshold that its attribute does not have",
        seed: Seed::Operators,
        change: |edited| {
            let below = condition(edited, operator::BELOW);
            let attribute = edited.get(CONDITION_TAG, below) >> operator::ATTRIBUTE;
            edited.set(CONDITION_FIRST, below, edited.get(ATTRIBUTE_THRESHOLDS, attribute as usize));
        },
        reason: "a condition's threshold is missing",
    },
    Mutation {
        name: "a condition's string is the whole text, which contains the names of attributes too",
        seed: Seed::Full,
        change: |edited| {
            let contains = condition(edited, operator::CONTAINS);
            edited.set(CONDITION_FIRST, contains, 0);
            edited.set(CONDITION_SECOND, contains, edited.length(TEXT));
        },
        reason: "the strings of conditions are longer than the rest of the text",
    },
    Mutation {
        name: "a condition's string ends after the text",
        seed: Seed::Full,
        change: |edited| {
            let contains = condition(edited, operator::CONTAINS);
            edited.set(CONDITION_FIRST, contains, edited.length(TEXT));
        },
        reason: "a condition's string is not a part of the text",
    },
];
