//! The binary layout of a ruleset. All numbers are little-endian 32-bit words at offsets that are multiples of four; a
//! 64-bit number is two words, the low word first.
//!
//! ```text
//! word   0  "EWRS"                      8, 9    hash of the snapshot's JSON
//!        1  format                     10, 11   offset and length of the environment's name in Text
//!        2  checksum of the rest       12, 13   offset and length of the time of publishing in Text
//!        3  length in bytes            14       number of sections
//!        4  required capabilities      15 …     offset and length in bytes of each section
//!     5, 6  version                    then the sections
//!        7  number of experiments
//! ```
//!
//! Every ruleset has the first [`REQUIRED_SECTIONS`]. Later additions stand in sections of their own after these sections,
//! so that earlier and later engines read each other's rulesets: an engine ignores sections that it does not know, and
//! takes a missing section as empty. A bit in *capabilities* marks an addition that an engine must understand to decide
//! correctly. The sections whose names begin with *Trace* need no bit, because deciding never reads them.

use super::ids::AttributeId;

/// The first word of a ruleset.
pub(crate) const MAGIC: u32 = u32::from_le_bytes(*b"EWRS");
/// The number of this format, which is part of a published ruleset's name. The number changes when engines that know
/// only the old format can no longer read the new format.
pub const FORMAT: u32 = 1;
/// The capabilities of this engine.
pub(crate) const CAPABILITIES: u32 = 0;

pub(crate) mod header {
    pub(crate) const MAGIC: usize = 0;
    pub(crate) const FORMAT: usize = 1;
    pub(crate) const CHECKSUM: usize = 2;
    pub(crate) const BYTES: usize = 3;
    pub(crate) const CAPABILITIES: usize = 4;
    pub(crate) const VERSION: usize = 5;
    pub(crate) const EXPERIMENTS: usize = 7;
    pub(crate) const SNAPSHOT_HASH: usize = 8;
    pub(crate) const ENVIRONMENT: usize = 10;
    pub(crate) const PUBLISHED_AT: usize = 12;
    pub(crate) const SECTIONS: usize = 14;
    pub(crate) const WORDS: usize = 15;
}

/// The sections of a ruleset, in order. Brackets list the words of a record; *start* means that the record extends to
/// the start of the next record, and one more word ends the last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// UTF-8: fragments of responses, names, strings to compare with, salts that are hashed one by one.
    Text,
    /// The attributes that conditions name, sorted by the bytes of their names \[offset and length of the name in Text,
    /// first threshold, number of thresholds, whether the attribute has values].
    Attributes,
    /// Doubles that attributes are compared with by order, in ascending order for each attribute \[low, high].
    Thresholds,
    /// A hash table of values with linear probing: the value's number + 1, or 0. The size is a power of two.
    Table,
    /// Scalars that attributes are compared with by equality \[attribute and kind, the scalar (two words), start in
    /// ValueAnchors]. The record that ends the last record has four words too.
    Values,
    /// For each value, the anchors that match if an attribute has the value \[anchor; for an anchor with one entry, the
    /// entry and DIRECT].
    ValueAnchors,
    /// Conditions that gates are indexed by \[start in Entries].
    Anchors,
    /// The gates that require an anchor \[gate, or for a gate with one slot the slot and DIRECT; rule of the remaining
    /// conditions; predicate or NONE].
    Entries,
    /// Gates without an anchor, which every decision evaluates \[gate, predicate or NONE, predicate or NONE].
    UnanchoredGates,
    /// Lists of rules, one of which must match \[start in PredicateRules].
    Predicates,
    /// The rules of predicates \[rule].
    PredicateRules,
    /// Lists of conditions, all of which must match \[start in RuleConditions].
    Rules,
    /// The conditions of rules \[condition].
    RuleConditions,
    /// Requirements on one attribute \[test and attribute, two operands].
    Conditions,
    /// Sets of values, in ascending order \[value].
    ValueSets,
    /// Gates: experiments with the same rules share a gate \[start in Ranges].
    Gates,
    /// The slots of a gate \[first slot, number of slots].
    Ranges,
    /// Blocks of eight slots \[eight experiments; for each slot a bucket; for each slot the variant below that bucket and,
    /// in the upper half, the variant from that bucket on]. With more than two variants, the split and MANY stand
    /// instead of the bucket. A slot is an experiment at its position in the order of hashing.
    Blocks,
    /// Splits of buckets into more than two variants \[start in Segments].
    Splits,
    /// A variant and the first bucket of that variant \[bucket << 16 | variant], in ascending order from bucket 0.
    Segments,
    /// Runs of blocks whose salts have the same length \[end among the blocks, bytes of a salt, first row].
    Classes,
    /// The same four bytes of eight salts.
    Rows,
    /// The slots after the last block \[experiment, bucket, variants; offset and length of the salt in Text].
    Loose,
    /// The fragments of experiments \[start in Fragments].
    Experiments,
    /// For each experiment the start of its assignments in a response, then for each variant the end \[start in Text].
    Fragments,
    /// UTF-8: conditions as published, and salts of experiments without a slot. Only explanations read this section and the
    /// following sections, and loading does not check the content of these sections.
    TraceText,
    /// For each experiment \[rules of the audience and rules of the experiment: two lists in TraceLists; ranges: a list in
    /// TraceSplits; slot and NONE, or without a slot offset and length of the salt in TraceText].
    Traces,
    /// Lists of rules as published \[start in TraceRules].
    TraceLists,
    /// Rules as published \[start in TraceConditions].
    TraceRules,
    /// Conditions as published \[offset and length of the JSON in TraceText; condition; or the condition in TraceRuleset
    /// combined with DIRECT; or ALWAYS or NEVER].
    TraceConditions,
    /// Lists of allocated ranges \[start in TraceRanges].
    TraceSplits,
    /// Allocated ranges, in the order of allocations \[first bucket, last bucket: signed numbers].
    TraceRanges,
    /// Experiments in the order of the bytes of their heads \[experiment].
    TraceKeys,
    /// A ruleset without experiments, whose conditions decisions never evaluate; empty if there are no such conditions.
    TraceRuleset,
}

/// The number of sections that every ruleset has.
pub(crate) const REQUIRED_SECTIONS: usize = Section::Fragments as usize + 1;

impl Section {
    pub(crate) const ALL: [Self; 34] = [
        Self::Text,
        Self::Attributes,
        Self::Thresholds,
        Self::Table,
        Self::Values,
        Self::ValueAnchors,
        Self::Anchors,
        Self::Entries,
        Self::UnanchoredGates,
        Self::Predicates,
        Self::PredicateRules,
        Self::Rules,
        Self::RuleConditions,
        Self::Conditions,
        Self::ValueSets,
        Self::Gates,
        Self::Ranges,
        Self::Blocks,
        Self::Splits,
        Self::Segments,
        Self::Classes,
        Self::Rows,
        Self::Loose,
        Self::Experiments,
        Self::Fragments,
        Self::TraceText,
        Self::Traces,
        Self::TraceLists,
        Self::TraceRules,
        Self::TraceConditions,
        Self::TraceSplits,
        Self::TraceRanges,
        Self::TraceKeys,
        Self::TraceRuleset,
    ];

    /// Returns the number of words of a record; 0 for texts, which have no records.
    pub(crate) const fn record_words(self) -> usize {
        match self {
            Self::Text | Self::TraceText | Self::TraceRuleset => 0,
            Self::Table
            | Self::ValueAnchors
            | Self::Anchors
            | Self::Predicates
            | Self::PredicateRules
            | Self::Rules
            | Self::RuleConditions
            | Self::ValueSets
            | Self::Gates
            | Self::Splits
            | Self::Segments
            | Self::Experiments
            | Self::Fragments
            | Self::TraceLists
            | Self::TraceRules
            | Self::TraceSplits
            | Self::TraceKeys => 1,
            Self::Thresholds | Self::Ranges | Self::TraceRanges => 2,
            Self::Entries
            | Self::UnanchoredGates
            | Self::Conditions
            | Self::Classes
            | Self::TraceConditions => 3,
            Self::Values => 4,
            Self::Attributes | Self::Loose | Self::Traces => 5,
            Self::Rows => 8,
            Self::Blocks => 24,
        }
    }
}

/// Set in a number that refers directly to an entry or slot, and skips the usual level between; and in the number of a
/// condition in TraceRuleset.
pub(crate) const DIRECT: u32 = 1 << 31;
/// Stands instead of a predicate, and matches everyone; stands instead of the length of a salt that a slot has.
pub(crate) const NONE: u32 = u32::MAX;
/// Stands instead of a condition that never holds.
pub(crate) const NEVER: u32 = u32::MAX;
/// Stands instead of a condition that always holds.
pub(crate) const ALWAYS: u32 = u32::MAX - 1;
/// Set in a slot that refers to a split instead of a bucket.
pub(crate) const MANY: u32 = 1 << 31;
/// Stands instead of a variant: the bucket is not assigned.
pub(crate) const NO_VARIANT: u32 = 0xffff;

/// The bits of a condition's first word that are the code of the [test](crate::operators::Test).
const CODE: u32 = 0x7f;
/// Set in a condition's first word if the result is negated.
const NEGATED: u32 = 0x80;
/// The lowest bit of the attribute in a condition's first word.
const CONDITION_ATTRIBUTE: u32 = 8;

/// Returns the first word of a condition. `code` is the code of the test.
pub(crate) const fn condition_word(attribute: AttributeId, negated: bool, code: u32) -> u32 {
    attribute.get() << CONDITION_ATTRIBUTE | if negated { NEGATED } else { 0 } | code
}

/// Returns the parts of a condition's first word: the attribute, whether the result is negated, and the code of the test.
#[inline(always)]
pub(crate) const fn condition_parts(word: u32) -> (AttributeId, bool, u32) {
    (AttributeId::new(word >> CONDITION_ATTRIBUTE), word & NEGATED != 0, word & CODE)
}

/// The kinds of scalars.
pub(crate) mod kind {
    /// A string \[offset and length in Text].
    pub(crate) const STRING: u32 = 0;
    /// A number \[the double's bits; never the bits of -0].
    pub(crate) const NUMBER: u32 = 1;
    /// A boolean \[0 or 1, 0].
    pub(crate) const BOOL: u32 = 2;
    /// Null \[0, 0].
    pub(crate) const NULL: u32 = 3;
}

/// The lowest bit of the attribute in a value's first word. The bits below are the kind.
const VALUE_ATTRIBUTE: u32 = 2;

/// Returns the first word of a value.
#[inline(always)]
pub(crate) const fn value_word(attribute: AttributeId, kind: u32) -> u32 {
    attribute.get() << VALUE_ATTRIBUTE | kind
}

/// Returns the parts of a value's first word: the attribute and the kind.
pub(crate) const fn value_parts(word: u32) -> (AttributeId, u32) {
    (AttributeId::new(word >> VALUE_ATTRIBUTE), word % (1 << VALUE_ATTRIBUTE))
}

/// Returns the hash of a value in the table of values. `tagged` is attribute and kind.
///
/// Values are short, so this hash does less work than murmur3: each word is multiplied into the hash (Knuth's
/// multiplicative hashing, with 2^32 / φ), and the high bits are mixed into the low bits, which index the table.
#[inline]
pub(crate) fn table_hash(tagged: u32, bytes: &[u8]) -> u32 {
    let mix = |hash: u32, word: u32| {
        let hash = (hash ^ word).wrapping_mul(0x9e37_79b1);
        hash ^ hash >> 15
    };
    let (words, rest) = bytes.as_chunks::<4>();
    let hash = words.iter().fold(mix(0, tagged), |hash, word| mix(hash, u32::from_le_bytes(*word)));
    // The leading 1 bit encodes the number of remaining bytes.
    mix(hash, rest.iter().fold(1, |rest, byte| rest << 8 | u32::from(*byte)))
}

/// The longest allowed run of entries in the table of values. A search in a table that is half empty takes a step or two.
pub(crate) const LONGEST_SEARCH: usize = 1024;

/// Returns the longest run of entries in a table of values. The end of the table continues at its start.
pub(crate) fn longest_run(table: impl Iterator<Item = u32> + Clone) -> usize {
    let (mut run, mut longest) = (0, 0);
    for entry in table.clone().chain(table) {
        run = if entry == 0 { 0 } else { run + 1 };
        longest = longest.max(run);
    }
    longest
}

/// Returns the bytes that are hashed for a scalar of two words.
pub(crate) fn scalar_bytes([low, high]: [u32; 2]) -> [u8; 8] {
    (u64::from(low) | u64::from(high) << 32).to_le_bytes()
}
