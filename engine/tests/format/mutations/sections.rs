//! Changes of the header, of the table of sections, and of fragments.

use super::mutation::Mutation;
use crate::{
    layout::{EXPERIMENT_START, EXPERIMENTS, FRAGMENT_START, FRAGMENTS, RULES, TEXT, header},
    seeds::Seed,
};

pub(super) const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "the header states one byte more",
        seed: Seed::Full,
        change: |edited| edited.set_word(header::BYTES, edited.word(header::BYTES) + 1),
        reason: "its length differs from the length in the header",
    },
    Mutation {
        name: "the header states fewer sections than every ruleset has",
        seed: Seed::Full,
        change: |edited| edited.set_word(header::SECTIONS, 24),
        reason: "sections are missing",
    },
    Mutation {
        name: "a section ends after the ruleset",
        seed: Seed::Full,
        change: |edited| {
            let length = u32::try_from(edited.0.len()).unwrap() - edited.offset(FRAGMENTS) + 4;
            edited.set_length(FRAGMENTS, length);
        },
        reason: "a section is out of bounds, or does not begin at a word",
    },
    Mutation {
        name: "a section begins within a word",
        seed: Seed::Full,
        change: |edited| edited.set_offset(RULES, edited.offset(RULES) + 2),
        reason: "a section is out of bounds, or does not begin at a word",
    },
    Mutation {
        name: "a section ends within a record",
        seed: Seed::Full,
        change: |edited| edited.set_length(RULES, edited.length(RULES) - 1),
        reason: "a section ends within a record",
    },
    Mutation {
        name: "the text begins with a byte that no UTF-8 has",
        seed: Seed::Full,
        change: |edited| edited.set_word(edited.offset(TEXT) as usize / 4, u32::MAX),
        reason: "the text is not UTF-8",
    },
    Mutation {
        name: "the environment's name ends after the text",
        seed: Seed::Full,
        change: |edited| {
            edited.set_word(
                header::ENVIRONMENT_LENGTH,
                edited.length(TEXT) - edited.word(header::ENVIRONMENT_OFFSET) + 1,
            );
        },
        reason: "the environment's name is not a part of the text",
    },
    Mutation {
        name: "the time of publishing begins after the text",
        seed: Seed::Full,
        change: |edited| edited.set_word(header::PUBLISHED_AT_OFFSET, edited.length(TEXT) + 1),
        reason: "the time of publishing is not a part of the text",
    },
    Mutation {
        name: "the time of publishing ends within a character",
        seed: Seed::Full,
        change: |edited| {
            let text = &edited.0[edited.offset(TEXT) as usize..];
            let within = text.iter().position(|byte| *byte & 0xc0 == 0x80).unwrap();
            edited.set_word(header::PUBLISHED_AT_OFFSET, 0);
            edited.set_word(header::PUBLISHED_AT_LENGTH, u32::try_from(within).unwrap());
        },
        reason: "the time of publishing is not a part of the text",
    },
    Mutation {
        name: "the header states one experiment more",
        seed: Seed::Full,
        change: |edited| edited.set_word(header::EXPERIMENTS, edited.word(header::EXPERIMENTS) + 1),
        reason: "the number of experiments differs from the header",
    },
    Mutation {
        name: "no experiments, and no end record",
        seed: Seed::Empty,
        change: |edited| edited.set_length(EXPERIMENTS, 0),
        reason: "the starts in Experiments do not ascend to the end of Fragments",
    },
    Mutation {
        name: "an experiment begins after the next experiment",
        seed: Seed::Full,
        change: |edited| edited.set(EXPERIMENT_START, 1, edited.get(EXPERIMENT_START, 2) + 1),
        reason: "the starts in Experiments do not ascend to the end of Fragments",
    },
    Mutation {
        name: "the last experiment ends before the last fragment",
        seed: Seed::Full,
        change: |edited| {
            let last = edited.last(EXPERIMENTS);
            edited.set(EXPERIMENT_START, last, edited.get(EXPERIMENT_START, last) - 1);
        },
        reason: "the starts in Experiments do not ascend to the end of Fragments",
    },
    Mutation {
        name: "an experiment begins where the next experiment begins",
        seed: Seed::Full,
        change: |edited| edited.set(EXPERIMENT_START, 1, edited.get(EXPERIMENT_START, 2)),
        reason: "an experiment has no fragment",
    },
    Mutation {
        name: "no fragments, and no end record",
        seed: Seed::Empty,
        change: |edited| edited.set_length(FRAGMENTS, 0),
        reason: "the starts in Fragments do not ascend",
    },
    Mutation {
        name: "a fragment begins after the next fragment",
        seed: Seed::Full,
        change: |edited| edited.set(FRAGMENT_START, 1, edited.get(FRAGMENT_START, 2) + 1),
        reason: "the starts in Fragments do not ascend",
    },
    Mutation {
        name: "the last fragment ends after the text",
        seed: Seed::Full,
        change: |edited| edited.set(FRAGMENT_START, edited.last(FRAGMENTS), edited.length(TEXT) + 1),
        reason: "a fragment is not a part of the text",
    },
    Mutation {
        name: "a fragment begins within a character",
        seed: Seed::Full,
        change: |edited| {
            let text = &edited.0[edited.offset(TEXT) as usize..];
            let within = text.iter().position(|byte| *byte & 0xc0 == 0x80).unwrap();
            let next = edited.find(FRAGMENT_START, |start| start as usize > within);
            edited.set(FRAGMENT_START, next, u32::try_from(within).unwrap());
        },
        reason: "a fragment is not a part of the text",
    },
];
