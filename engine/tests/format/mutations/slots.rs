//! Changes of splits, slots and salts.

use super::mutation::Mutation;
use crate::{
    layout::{
        BLOCK_BUCKET, BLOCK_EXPERIMENT, BLOCK_VARIANTS, CLASS_END, CLASS_FIRST_ROW, CLASS_SALT_BYTES,
        CLASSES, LOOSE_BUCKET, LOOSE_EXPERIMENT, LOOSE_SALT_LENGTH, LOOSE_SALT_OFFSET, LOOSE_VARIANTS, MANY,
        ROWS, SEGMENT, SEGMENTS, SPLIT_START, SPLITS, TEXT, header,
    },
    seeds::Seed,
};

/// The number of buckets.
const BUCKETS: u32 = 10_000;

pub(super) const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "no splits, and no end record",
        seed: Seed::Empty,
        change: |edited| edited.set_length(SPLITS, 0),
        reason: "the starts in Splits do not ascend to the end of Segments",
    },
    Mutation {
        name: "a split begins after the next split",
        seed: Seed::Full,
        change: |edited| edited.set(SPLIT_START, 0, edited.get(SPLIT_START, 1) + 1),
        reason: "the starts in Splits do not ascend to the end of Segments",
    },
    Mutation {
        name: "the last split ends after the last segment",
        seed: Seed::Full,
        change: |edited| edited.set(SPLIT_START, edited.last(SPLITS), edited.count(SEGMENTS) + 1),
        reason: "the starts in Splits do not ascend to the end of Segments",
    },
    Mutation {
        name: "a split has no segments",
        seed: Seed::Full,
        change: |edited| edited.set(SPLIT_START, 0, edited.get(SPLIT_START, 1)),
        reason: "a split does not begin at bucket 0",
    },
    Mutation {
        name: "a split begins at bucket 1",
        seed: Seed::Full,
        change: |edited| edited.set(SEGMENT, 0, edited.get(SEGMENT, 0) | 1 << 16),
        reason: "a split does not begin at bucket 0",
    },
    Mutation {
        name: "two segments begin at the same bucket",
        seed: Seed::Full,
        change: |edited| edited.set(SEGMENT, 1, edited.get(SEGMENT, 2)),
        reason: "the segments of a split are not in ascending order",
    },
    Mutation {
        name: "a segment begins after the last bucket",
        seed: Seed::Full,
        change: |edited| edited.set(SEGMENT, edited.last(SEGMENTS), BUCKETS << 16),
        reason: "the segments of a split are not in ascending order",
    },
    Mutation {
        name: "a slot of a block refers to the experiment after the last experiment",
        seed: Seed::Full,
        change: |edited| edited.set(BLOCK_EXPERIMENT, 0, edited.word(header::EXPERIMENTS)),
        reason: "the experiment of a slot is unknown",
    },
    Mutation {
        name: "a loose slot refers to the experiment after the last experiment",
        seed: Seed::Salts,
        change: |edited| edited.set(LOOSE_EXPERIMENT, 0, edited.word(header::EXPERIMENTS)),
        reason: "the experiment of a slot is unknown",
    },
    Mutation {
        name: "a slot of a block is divided after the last bucket",
        seed: Seed::Operators,
        change: |edited| edited.set(BLOCK_BUCKET, 0, BUCKETS),
        reason: "the bucket of a slot is out of range",
    },
    Mutation {
        name: "a loose slot is divided after the last bucket",
        seed: Seed::Salts,
        change: |edited| edited.set(LOOSE_BUCKET, 0, BUCKETS),
        reason: "the bucket of a slot is out of range",
    },
    Mutation {
        name: "a slot of a block refers to the end record of the splits",
        seed: Seed::Full,
        change: |edited| edited.set(BLOCK_BUCKET, 0, edited.end_record(SPLITS) | MANY),
        reason: "the split of a slot is unknown",
    },
    Mutation {
        name: "a loose slot refers to a split of a ruleset without splits",
        seed: Seed::Salts,
        change: |edited| edited.set(LOOSE_BUCKET, 0, MANY),
        reason: "the split of a slot is unknown",
    },
    Mutation {
        name: "the first variant of a slot is the variant after the last variant",
        seed: Seed::Operators,
        change: |edited| edited.set(BLOCK_VARIANTS, 0, 3),
        reason: "the variant of a slot is unknown",
    },
    Mutation {
        name: "the second variant of a slot is the variant after the last variant",
        seed: Seed::Salts,
        change: |edited| edited.set(LOOSE_VARIANTS, 0, 3 << 16),
        reason: "the variant of a slot is unknown",
    },
    Mutation {
        name: "a variant of a split is the variant after the last variant",
        seed: Seed::Full,
        change: |edited| edited.set(SEGMENT, 0, 3),
        reason: "the variant of a slot is unknown",
    },
    Mutation {
        name: "a class has no blocks",
        seed: Seed::Full,
        change: |edited| edited.set(CLASS_END, 0, 0),
        reason: "blocks are not in order",
    },
    Mutation {
        name: "a class begins at the second row",
        seed: Seed::Full,
        change: |edited| edited.set(CLASS_FIRST_ROW, 0, 1),
        reason: "blocks are not in order",
    },
    Mutation {
        name: "the salts of a class have more bytes than there are rows",
        seed: Seed::Full,
        change: |edited| edited.set(CLASS_SALT_BYTES, 0, 4 * edited.count(ROWS) + 1),
        reason: "rows are missing",
    },
    Mutation {
        name: "the largest block has the largest salt",
        seed: Seed::Full,
        change: |edited| {
            edited.set(CLASS_END, 0, u32::MAX);
            edited.set(CLASS_SALT_BYTES, 0, u32::MAX);
        },
        reason: "rows are missing",
    },
    Mutation {
        name: "the blocks have no class",
        seed: Seed::Full,
        change: |edited| edited.set_length(CLASSES, 0),
        reason: "salts are missing",
    },
    Mutation {
        name: "a salt is the whole text, which contains the names of attributes too",
        seed: Seed::Salts,
        change: |edited| {
            edited.set(LOOSE_SALT_OFFSET, 0, 0);
            edited.set(LOOSE_SALT_LENGTH, 0, edited.length(TEXT));
        },
        reason: "the salts are longer than the rest of the text",
    },
    Mutation {
        name: "a salt ends after the text",
        seed: Seed::Salts,
        change: |edited| edited.set(LOOSE_SALT_OFFSET, 0, edited.length(TEXT)),
        reason: "a salt is not a part of the text",
    },
];
