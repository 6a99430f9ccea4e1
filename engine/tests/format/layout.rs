//! The sections of a ruleset and the words of their records. The list is a copy of the engine's list: a number that
//! differs from the engine's number breaks published rulesets.

/// A section: its number in the table of sections, and the number of words of a record. A record of Text is a word.
#[derive(Clone, Copy)]
pub(crate) struct Section {
    pub(crate) number: usize,
    pub(crate) words: usize,
}

/// A word of each record of a section.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) section: Section,
    pub(crate) word: usize,
}

impl Section {
    const fn field(self, word: usize) -> Field {
        Field { section: self, word }
    }
}

const fn section(number: usize, words: usize) -> Section {
    Section { number, words }
}

/// The words of the header.
pub(crate) mod header {
    pub(crate) const FORMAT: usize = 1;
    pub(crate) const CHECKSUM: usize = 2;
    pub(crate) const BYTES: usize = 3;
    pub(crate) const CAPABILITIES: usize = 4;
    pub(crate) const EXPERIMENTS: usize = 7;
    pub(crate) const ENVIRONMENT_OFFSET: usize = 10;
    pub(crate) const ENVIRONMENT_LENGTH: usize = 11;
    pub(crate) const PUBLISHED_AT_OFFSET: usize = 12;
    pub(crate) const PUBLISHED_AT_LENGTH: usize = 13;
    pub(crate) const SECTIONS: usize = 14;
    /// The number of words, after which the table of sections begins.
    pub(crate) const WORDS: usize = 15;

    pub(crate) const NAMES: [&str; WORDS] = [
        "magic",
        "format",
        "checksum",
        "bytes",
        "capabilities",
        "version (low)",
        "version (high)",
        "experiments",
        "snapshot hash (low)",
        "snapshot hash (high)",
        "environment offset",
        "environment length",
        "time of publishing offset",
        "time of publishing length",
        "sections",
    ];
}

/// The names of the sections. Later sections need not be listed.
pub(crate) const NAMES: [&str; 34] = [
    "Text",
    "Attributes",
    "Thresholds",
    "Table",
    "Values",
    "ValueAnchors",
    "Anchors",
    "Entries",
    "UnanchoredGates",
    "Predicates",
    "PredicateRules",
    "Rules",
    "RuleConditions",
    "Conditions",
    "ValueSets",
    "Gates",
    "Ranges",
    "Blocks",
    "Splits",
    "Segments",
    "Classes",
    "Rows",
    "Loose",
    "Experiments",
    "Fragments",
    "TraceText",
    "Traces",
    "TraceLists",
    "TraceRules",
    "TraceConditions",
    "TraceSplits",
    "TraceRanges",
    "TraceKeys",
    "TraceRuleset",
];

pub(crate) const TEXT: Section = section(0, 1);
pub(crate) const ATTRIBUTES: Section = section(1, 5);
pub(crate) const THRESHOLDS: Section = section(2, 2);
pub(crate) const TABLE: Section = section(3, 1);
pub(crate) const VALUES: Section = section(4, 4);
pub(crate) const VALUE_ANCHORS: Section = section(5, 1);
pub(crate) const ANCHORS: Section = section(6, 1);
pub(crate) const ENTRIES: Section = section(7, 3);
pub(crate) const UNANCHORED_GATES: Section = section(8, 3);
pub(crate) const PREDICATES: Section = section(9, 1);
pub(crate) const PREDICATE_RULES: Section = section(10, 1);
pub(crate) const RULES: Section = section(11, 1);
pub(crate) const RULE_CONDITIONS: Section = section(12, 1);
pub(crate) const CONDITIONS: Section = section(13, 3);
pub(crate) const VALUE_SETS: Section = section(14, 1);
pub(crate) const GATES: Section = section(15, 1);
pub(crate) const RANGES: Section = section(16, 2);
pub(crate) const BLOCKS: Section = section(17, 24);
pub(crate) const SPLITS: Section = section(18, 1);
pub(crate) const SEGMENTS: Section = section(19, 1);
pub(crate) const CLASSES: Section = section(20, 3);
pub(crate) const ROWS: Section = section(21, 8);
pub(crate) const LOOSE: Section = section(22, 5);
pub(crate) const EXPERIMENTS: Section = section(23, 1);
pub(crate) const FRAGMENTS: Section = section(24, 1);
pub(crate) const TRACES: Section = section(26, 5);
pub(crate) const TRACE_LISTS: Section = section(27, 1);
pub(crate) const TRACE_RULES: Section = section(28, 1);
pub(crate) const TRACE_CONDITIONS: Section = section(29, 3);
pub(crate) const TRACE_SPLITS: Section = section(30, 1);
pub(crate) const TRACE_RANGES: Section = section(31, 2);
pub(crate) const TRACE_KEYS: Section = section(32, 1);

pub(crate) const ATTRIBUTE_NAME_OFFSET: Field = ATTRIBUTES.field(0);
pub(crate) const ATTRIBUTE_NAME_LENGTH: Field = ATTRIBUTES.field(1);
pub(crate) const ATTRIBUTE_FIRST_THRESHOLD: Field = ATTRIBUTES.field(2);
pub(crate) const ATTRIBUTE_THRESHOLDS: Field = ATTRIBUTES.field(3);
pub(crate) const THRESHOLD_HIGH: Field = THRESHOLDS.field(1);
pub(crate) const TABLE_ENTRY: Field = TABLE.field(0);
pub(crate) const VALUE_TAG: Field = VALUES.field(0);
pub(crate) const VALUE_TEXT_OFFSET: Field = VALUES.field(1);
pub(crate) const VALUE_START: Field = VALUES.field(3);
pub(crate) const VALUE_ANCHOR: Field = VALUE_ANCHORS.field(0);
pub(crate) const ANCHOR_START: Field = ANCHORS.field(0);
pub(crate) const ENTRY_GATE: Field = ENTRIES.field(0);
pub(crate) const ENTRY_RULE: Field = ENTRIES.field(1);
pub(crate) const ENTRY_PREDICATE: Field = ENTRIES.field(2);
pub(crate) const UNANCHORED_GATE: Field = UNANCHORED_GATES.field(0);
pub(crate) const UNANCHORED_LEFT: Field = UNANCHORED_GATES.field(1);
pub(crate) const UNANCHORED_RIGHT: Field = UNANCHORED_GATES.field(2);
pub(crate) const PREDICATE_START: Field = PREDICATES.field(0);
pub(crate) const PREDICATE_RULE: Field = PREDICATE_RULES.field(0);
pub(crate) const RULE_START: Field = RULES.field(0);
pub(crate) const RULE_CONDITION: Field = RULE_CONDITIONS.field(0);
pub(crate) const CONDITION_TAG: Field = CONDITIONS.field(0);
pub(crate) const CONDITION_FIRST: Field = CONDITIONS.field(1);
pub(crate) const CONDITION_SECOND: Field = CONDITIONS.field(2);
pub(crate) const SET_VALUE: Field = VALUE_SETS.field(0);
pub(crate) const GATE_START: Field = GATES.field(0);
pub(crate) const RANGE_FIRST: Field = RANGES.field(0);
pub(crate) const RANGE_SLOTS: Field = RANGES.field(1);
pub(crate) const BLOCK_EXPERIMENT: Field = BLOCKS.field(0);
pub(crate) const BLOCK_BUCKET: Field = BLOCKS.field(8);
pub(crate) const BLOCK_VARIANTS: Field = BLOCKS.field(16);
pub(crate) const SPLIT_START: Field = SPLITS.field(0);
pub(crate) const SEGMENT: Field = SEGMENTS.field(0);
pub(crate) const CLASS_END: Field = CLASSES.field(0);
pub(crate) const CLASS_SALT_BYTES: Field = CLASSES.field(1);
pub(crate) const CLASS_FIRST_ROW: Field = CLASSES.field(2);
pub(crate) const LOOSE_EXPERIMENT: Field = LOOSE.field(0);
pub(crate) const LOOSE_BUCKET: Field = LOOSE.field(1);
pub(crate) const LOOSE_VARIANTS: Field = LOOSE.field(2);
pub(crate) const LOOSE_SALT_OFFSET: Field = LOOSE.field(3);
pub(crate) const LOOSE_SALT_LENGTH: Field = LOOSE.field(4);
pub(crate) const EXPERIMENT_START: Field = EXPERIMENTS.field(0);
pub(crate) const FRAGMENT_START: Field = FRAGMENTS.field(0);

/// Set in a number that refers directly to an entry or slot.
pub(crate) const DIRECT: u32 = 1 << 31;
/// Set in a slot that refers to a split instead of a bucket.
pub(crate) const MANY: u32 = 1 << 31;

/// The operators of conditions, in the lowest bits of the tag. The attribute is in the bits from `ATTRIBUTE` on.
pub(crate) mod operator {
    pub(crate) const MASK: u32 = 0x7f;
    pub(crate) const ONE_OF: u32 = 0;
    pub(crate) const IS: u32 = 1;
    pub(crate) const PRESENT: u32 = 2;
    pub(crate) const ABOVE: u32 = 3;
    pub(crate) const BELOW: u32 = 4;
    pub(crate) const CONTAINS: u32 = 5;
    pub(crate) const COUNT: u32 = 6;
    pub(crate) const ATTRIBUTE: u32 = 8;
}

/// The kinds of values, in the lowest bits of the tag. The attribute is in the bits from `ATTRIBUTE` on.
pub(crate) mod kind {
    pub(crate) const ATTRIBUTE: u32 = 2;
}
