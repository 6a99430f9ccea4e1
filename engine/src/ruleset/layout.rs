//! Where everything stands in a ruleset. All numbers are 32-bit words, little-endian, at offsets that are multiples
//! of four; a longer number is two words, the low one first.
//!
//! ```text
//! word   0  "EWRS"                      8, 9    hash of the snapshot's JSON
//!        1  format                     10, 11   where in TEXT the environment's name stands: offset, length
//!        2  checksum of what follows   12, 13   where in TEXT the time of publishing stands
//!        3  length in bytes            14       how many sections
//!        4  capabilities needed        15 …     offset and length in bytes of each section
//!     5, 6  version                    then the sections
//!        7  how many experiments
//! ```
//!
//! What later engines add stands in sections of its own, after these; what an engine must understand of it, to decide
//! rightly, is a bit in *capabilities*. Sections an engine does not know are passed over.

/// The first word.
pub(crate) const MAGIC: u32 = u32::from_le_bytes(*b"EWRS");
/// The number of this format, part of the name under which a ruleset is published. It changes when an engine that
/// knows only the old one could no longer read the new one.
pub const FORMAT: u32 = 1;
/// The capabilities that this engine has.
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

/// The parts of a ruleset, in their order. The words of a record are named in brackets; *start* means that the record
/// goes on until the start of the next, and one more word ends the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// UTF-8: fragments of answers, names, strings to compare with, salts that are hashed one by one.
    Text,
    /// The attributes that conditions name, ascending by the bytes of their names \[name's offset and length in Text, first threshold, thresholds, whether it
    /// has values].
    Attributes,
    /// Doubles that attributes are compared with by order, ascending for each attribute \[low, high].
    Thresholds,
    /// A hash table of values, by linear probing: the value's number + 1, or 0. Its size is a power of two.
    Table,
    /// Scalars that attributes are compared with by equality \[attribute and kind, what it is (two words), start in
    /// Anchored]. The record that ends the last has four words too.
    Values,
    /// For each value the anchors that hold if an attribute has it \[anchor; or, of an anchor with one entry, the entry and
    /// DIRECT].
    Anchored,
    /// Conditions by which gates are found \[start in Entries].
    Anchors,
    /// Gates that an anchor leads to \[gate, or, of a gate with one slot, the slot and DIRECT; rule that the anchor leaves to
    /// be asked; predicate or NONE].
    Entries,
    /// Gates that nothing leads to, which are always asked \[gate, predicate or NONE, predicate or NONE].
    Always,
    /// Lists of rules, one of which must match \[start in Choices].
    Predicates,
    /// \[rule].
    Choices,
    /// Lists of conditions, all of which must match \[start in Needs].
    Rules,
    /// \[condition].
    Needs,
    /// What one attribute must be like \[operator and attribute, two operands].
    Conditions,
    /// Sets of values, ascending \[value].
    Lists,
    /// What experiments with the same rules have in common \[start in Ranges].
    Gates,
    /// Slots behind a gate \[first, how many].
    Ranges,
    /// Slots by eights \[eight experiments; for each the bucket; for each the variant below that bucket and, in the upper
    /// half, from it on]. With more than two variants, instead of the bucket: the split and MANY. A slot is an experiment
    /// in the place at which it is hashed.
    Blocks,
    /// How buckets divide into more than two variants \[start in Segments].
    Splits,
    /// From this bucket on this variant \[bucket << 16 | variant], ascending, from bucket 0 on.
    Segments,
    /// Blocks whose salts have one length \[end among the blocks, bytes of a salt, first row].
    Classes,
    /// Four bytes of eight salts.
    Rows,
    /// The slots after the last block \[experiment, bucket, variants; the salt's offset and length in Text].
    Loose,
    /// \[start in Fragments].
    Experiments,
    /// Of each experiment what all its answers begin with, then for each variant what they end with \[start in Text].
    Fragments,
}

impl Section {
    pub(crate) const ALL: [Self; 25] = [
        Self::Text,
        Self::Attributes,
        Self::Thresholds,
        Self::Table,
        Self::Values,
        Self::Anchored,
        Self::Anchors,
        Self::Entries,
        Self::Always,
        Self::Predicates,
        Self::Choices,
        Self::Rules,
        Self::Needs,
        Self::Conditions,
        Self::Lists,
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
    ];

    /// How many words a record has. Text has no records.
    pub(crate) const fn record_words(self) -> usize {
        match self {
            Self::Text => 0,
            Self::Table
            | Self::Anchored
            | Self::Anchors
            | Self::Predicates
            | Self::Choices
            | Self::Rules
            | Self::Needs
            | Self::Lists
            | Self::Gates
            | Self::Splits
            | Self::Segments
            | Self::Experiments
            | Self::Fragments => 1,
            Self::Thresholds | Self::Ranges => 2,
            Self::Entries | Self::Always | Self::Conditions | Self::Classes => 3,
            Self::Values => 4,
            Self::Attributes | Self::Loose => 5,
            Self::Rows => 8,
            Self::Blocks => 24,
        }
    }
}

/// Set in the number of what is reached without what usually stands between.
pub(crate) const DIRECT: u32 = 1 << 31;
/// Instead of a predicate: everyone.
pub(crate) const NONE: u32 = u32::MAX;
/// Set in a slot that has a split instead of a bucket.
pub(crate) const MANY: u32 = 1 << 31;
/// Instead of a variant: nobody.
pub(crate) const NO_VARIANT: u32 = 0xffff;

/// How a condition compares. The attribute stands in the bits above.
pub(crate) mod operator {
    /// The attribute has one of the values in Lists \[first, how many].
    pub(crate) const ONE_OF: u32 = 0;
    /// The attribute has this value \[value, 0].
    pub(crate) const IS: u32 = 1;
    /// The attribute is there \[0, 0].
    pub(crate) const PRESENT: u32 = 2;
    /// The attribute is a number above the threshold \[threshold, counted from the attribute's first; 0].
    pub(crate) const ABOVE: u32 = 3;
    /// The attribute is a number below the threshold \[as above].
    pub(crate) const BELOW: u32 = 4;
    /// The attribute is a string that holds the one in Text \[offset, length].
    pub(crate) const CONTAINS: u32 = 5;
    /// How many operators there are.
    pub(crate) const COUNT: u32 = 6;

    /// Set if the result is turned around.
    pub(crate) const NEGATED: u32 = 0x80;
    /// Where the attribute begins.
    pub(crate) const ATTRIBUTE_SHIFT: u32 = 8;
}

/// What kind of scalar a value is. The attribute stands in the bits above.
pub(crate) mod kind {
    /// \[offset and length in Text]
    pub(crate) const STRING: u32 = 0;
    /// \[the double's bits; never those of -0]
    pub(crate) const NUMBER: u32 = 1;
    /// \[0 or 1, 0]
    pub(crate) const BOOL: u32 = 2;
    /// \[0, 0]
    pub(crate) const NULL: u32 = 3;

    /// Where the attribute begins.
    pub(crate) const ATTRIBUTE_SHIFT: u32 = 2;
}

/// Where a value's search in the table begins. `tagged` is attribute and kind.
///
/// Values are short, so this is shorter than murmur3: each word is multiplied into what was before (Knuth's
/// multiplicative hashing, with 2^32 / φ), and the high bits come down to where the table looks.
#[inline]
pub(crate) fn table_hash(tagged: u32, bytes: &[u8]) -> u32 {
    let mix = |hash: u32, word: u32| {
        let hash = (hash ^ word).wrapping_mul(0x9e37_79b1);
        hash ^ hash >> 15
    };
    let (words, rest) = bytes.as_chunks::<4>();
    let hash = words.iter().fold(mix(0, tagged), |hash, word| mix(hash, u32::from_le_bytes(*word)));
    // The bit before them tells how many they are.
    mix(hash, rest.iter().fold(1, |rest, byte| rest << 8 | u32::from(*byte)))
}

/// The bytes by which a value that is no string is found.
pub(crate) fn bytes_of([low, high]: [u32; 2]) -> [u8; 8] {
    (u64::from(low) | u64::from(high) << 32).to_le_bytes()
}
