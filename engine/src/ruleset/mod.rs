//! Rulesets: snapshots compiled for deciding, as one buffer of bytes that is the same on every target.
//!
//! [`compile`](crate::compile()) makes one. Loading checks everything once, copies next to nothing, and then deciding
//! trusts it.

mod check;
pub(crate) mod layout;
mod words;

use alloc::{string::String, vec::Vec};
use core::ops::Range;

pub use layout::FORMAT;
pub(crate) use words::Words;

use crate::{lanes::LANES, murmur3};
use layout::{NONE, Section, header};

/// A checked ruleset.
#[derive(Clone, Debug)]
pub struct Ruleset {
    bytes: Vec<u8>,
    sections: [Range<usize>; Section::ALL.len()],
    attributes: Vec<Attribute>,
    counts: Counts,
    /// A bit for each slot, set for those that everyone passes; nothing if there are none.
    open_to_all: Vec<u64>,
    loose: Vec<Loose>,
    /// The salts of loose slots, prepared for hashing.
    salts: Vec<u32>,
    plain: bool,
}

/// A slot after the blocks, whose salt is hashed alone.
#[derive(Clone, Debug)]
pub(crate) struct Loose {
    pub(crate) experiment: u32,
    pub(crate) split: Split,
    pub(crate) salt_bytes: u32,
    /// Where among the prepared salts its own stands, for each number of bytes that may wait before it.
    salt: [Range<usize>; 4],
}

/// An attribute that conditions name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    /// Its first threshold.
    pub(crate) first: u32,
    /// How many thresholds it has.
    pub(crate) thresholds: u32,
    pub(crate) has_values: bool,
}

/// How an experiment's buckets divide into variants, as it stands in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// The first bucket of the second variant; or the number of a split, and [`layout::MANY`].
    pub(crate) bucket: u32,
    /// The first variant, and in the upper half the second.
    pub(crate) variants: u32,
}

/// What every decision would count again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) slots: usize,
    /// Blocks of eight slots, which come first.
    pub(crate) blocks: usize,
    pub(crate) gates: usize,
    pub(crate) rules: usize,
    pub(crate) predicates: usize,
    pub(crate) conditions: usize,
    /// Whether slots stand in the order of their experiments.
    pub(crate) in_order: bool,
}

/// Why bytes are no ruleset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesetError {
    /// They begin otherwise.
    #[error("not a ruleset")]
    Foreign,
    /// Another format than [`FORMAT`].
    #[error(
        "the ruleset has format {0}, and this engine reads format {FORMAT}: use a matching version of Edgewise"
    )]
    Format(u32),
    /// It needs what this engine cannot do.
    #[error(
        "the ruleset needs capabilities {0:#x}, which this engine lacks: use a newer version of Edgewise"
    )]
    Unsupported(u32),
    /// Bytes are missing, were added or changed.
    #[error("the ruleset is damaged: {0}")]
    Damaged(&'static str),
}

impl Ruleset {
    /// Takes a ruleset as it was published, after checking all of it.
    ///
    /// # Errors
    /// [`RulesetError`] says why the bytes are none. Nothing in them makes this panic, or take more than a few times the
    /// memory that they have themselves.
    pub fn load(bytes: Vec<u8>) -> Result<Self, RulesetError> {
        let sections = check::sections(&bytes)?;
        let mut ruleset = Self {
            bytes,
            sections,
            attributes: Vec::new(),
            counts: Counts::default(),
            open_to_all: Vec::new(),
            loose: Vec::new(),
            salts: Vec::new(),
            plain: false,
        };
        check::content(&ruleset)?;
        ruleset.attributes = ruleset.read_attributes();
        ruleset.counts = ruleset.count();
        ruleset.open_to_all = ruleset.find_open_to_all();
        (ruleset.loose, ruleset.salts) = ruleset.read_loose();
        ruleset.plain = ruleset.find_whether_plain();
        Ok(ruleset)
    }

    fn read_attributes(&self) -> Vec<Attribute> {
        let records = self.words(Section::Attributes).records();
        let attributes = records.map(|[offset, length, first, thresholds, has_values]| Attribute {
            name: self.text(offset, length).into(),
            first,
            thresholds,
            has_values: has_values != 0,
        });
        attributes.collect()
    }

    fn read_loose(&self) -> (Vec<Loose>, Vec<u32>) {
        let mut salts = Vec::new();
        let records = self.words(Section::Loose).records();
        let loose = records.map(|[experiment, bucket, variants, offset, length]| {
            let salt = [0, 1, 2, 3].map(|waiting| {
                let start = salts.len();
                murmur3::prepare(self.text_bytes(offset, length), waiting, &mut salts);
                start..salts.len()
            });
            Loose { experiment, split: Split { bucket, variants }, salt_bytes: length, salt }
        });
        (loose.collect(), salts)
    }

    /// Without attributes, those who pass a slot are everyone or nobody.
    fn find_whether_plain(&self) -> bool {
        let open: u32 = self.open_to_all.iter().map(|word| word.count_ones()).sum();
        self.attributes.is_empty() && self.counts.blocks == 0 && open as usize == self.counts.slots
    }

    fn find_open_to_all(&self) -> Vec<u64> {
        let mut open = Vec::new();
        let (gates, ranges) = (self.words(Section::Gates), self.words(Section::Ranges));
        for [gate, left, right] in self.words(Section::Always).records() {
            if (left, right) != (NONE, NONE) {
                continue;
            }
            open.resize(self.counts.slots.div_ceil(64), 0);
            let [first, end] = gates.record(gate as usize);
            for range in first..end {
                let [slot, slots] = ranges.record(range as usize * Section::Ranges.record_words());
                for slot in slot as usize..(slot + slots) as usize {
                    if let Some(word) = open.get_mut(slot / 64) {
                        *word |= 1_u64 << (slot % 64);
                    }
                }
            }
        }
        open
    }

    fn count(&self) -> Counts {
        let words = |section| self.words(section);
        let records = |section: Section| words(section).len() / section.record_words();
        let classes = words(Section::Classes);
        let last_class = classes.len().checked_sub(Section::Classes.record_words());
        let slots = records(Section::Blocks) * LANES + records(Section::Loose);
        Counts {
            slots,
            blocks: last_class.map_or(0, |place| classes.at(place) as usize),
            gates: records(Section::Gates),
            rules: records(Section::Rules),
            predicates: records(Section::Predicates),
            conditions: records(Section::Conditions),
            in_order: (0..slots).is_sorted_by_key(|slot| self.slot(slot).0),
        }
    }

    /// The bytes that were loaded.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The version that was published.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.header().pair(header::VERSION)
    }

    /// The hash of the snapshot's JSON that it was compiled from: [`snapshot_hash`].
    #[must_use]
    pub fn snapshot_hash(&self) -> u64 {
        self.header().pair(header::SNAPSHOT_HASH)
    }

    /// The environment's name.
    #[must_use]
    pub fn environment(&self) -> &str {
        self.named(header::ENVIRONMENT)
    }

    /// When the snapshot was published: ISO 8601, UTC.
    #[must_use]
    pub fn published_at(&self) -> &str {
        self.named(header::PUBLISHED_AT)
    }

    /// How many experiments the snapshot has.
    #[must_use]
    pub fn experiments(&self) -> u32 {
        self.header().at(header::EXPERIMENTS)
    }

    /// The names of the attributes that conditions ask for, each once.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|attribute| attribute.name.as_str())
    }

    /// What answers are put together from.
    #[must_use]
    pub fn fragments(&self) -> Fragments<'_> {
        Fragments {
            experiments: self.words(Section::Experiments),
            starts: self.words(Section::Fragments),
            text: self.bytes_of(Section::Text),
        }
    }

    /// How many variants an experiment has.
    #[must_use]
    pub fn variants(&self, experiment: u32) -> u32 {
        let experiments = self.words(Section::Experiments);
        let place = experiment as usize;
        experiments
            .get(place + 1)
            .map_or(0, |end| end.saturating_sub(experiments.at(place)).saturating_sub(1))
    }

    /// The experiment of a slot, and how its buckets divide.
    pub(crate) fn slot(&self, slot: usize) -> (u32, Split) {
        let blocks = self.words(Section::Blocks);
        let in_blocks = blocks.len() / Section::Blocks.record_words() * LANES;
        if let Some(loose) = slot.checked_sub(in_blocks) {
            let [experiment, bucket, variants] =
                self.words(Section::Loose).record(loose * Section::Loose.record_words());
            return (experiment, Split { bucket, variants });
        }
        let word = |which| blocks.at((slot / LANES * 3 + which) * LANES + slot % LANES);
        (word(0), Split { bucket: word(1), variants: word(2) })
    }

    /// The slots after the blocks.
    pub(crate) fn loose(&self) -> &[Loose] {
        &self.loose
    }

    /// What is hashed of a slot's salt if so many bytes wait before it.
    #[inline]
    pub(crate) fn salt(&self, loose: &Loose, waiting: u32) -> Option<&[u32]> {
        self.salts.get(loose.salt.get(waiting as usize)?.clone())
    }

    /// Whether everyone passes all slots, and none is in a block.
    pub(crate) const fn is_plain(&self) -> bool {
        self.plain
    }

    pub(crate) fn open_to_all(&self) -> &[u64] {
        &self.open_to_all
    }

    pub(crate) const fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(crate) fn attribute_records(&self) -> &[Attribute] {
        &self.attributes
    }

    fn header(&self) -> Words<'_> {
        Words::of(&self.bytes)
    }

    fn named(&self, place: usize) -> &str {
        self.text(self.header().at(place), self.header().at(place + 1))
    }

    #[inline]
    pub(crate) fn bytes_of(&self, section: Section) -> &[u8] {
        self.sections
            .get(section as usize)
            .and_then(|range| self.bytes.get(range.clone()))
            .unwrap_or_default()
    }

    #[inline]
    pub(crate) fn words(&self, section: Section) -> Words<'_> {
        let Range { start, end } = self.sections.get(section as usize).cloned().unwrap_or_default();
        Words::of(&self.bytes).part(start / 4, (end - start) / 4)
    }

    /// A piece of Text, as bytes.
    #[inline]
    pub(crate) fn text_bytes(&self, offset: u32, length: u32) -> &[u8] {
        let range = offset as usize..offset as usize + length as usize;
        self.bytes_of(Section::Text).get(range).unwrap_or_default()
    }

    /// A piece of Text.
    #[inline]
    pub(crate) fn text(&self, offset: u32, length: u32) -> &str {
        let bytes = self.text_bytes(offset, length);
        // Such texts are short: looking again costs less than `unsafe` would in trust.
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// Pieces of answers, as JSON in UTF-8.
#[derive(Clone, Copy, Debug)]
pub struct Fragments<'a> {
    experiments: Words<'a>,
    starts: Words<'a>,
    text: &'a [u8],
}

impl<'a> Fragments<'a> {
    /// What assignments of an experiment begin with: `{"experiment_key":…,"experiment_id":…,`. Empty if there is no such
    /// experiment.
    #[must_use]
    #[inline]
    pub fn head(self, experiment: u32) -> &'a [u8] {
        self.experiments.get(experiment as usize).map_or(&[], |fragment| self.fragment(fragment))
    }

    /// What assignments of a variant end with: `"variant_key":…,"variant_id":…,"payload":…}`, without the payload if the
    /// variant has none. Empty if there is no such variant.
    #[must_use]
    #[inline]
    pub fn tail(self, experiment: u32, variant: u32) -> &'a [u8] {
        let [head, end] = self.experiments.record(experiment as usize);
        let fragment = head.saturating_add(1).saturating_add(variant);
        if fragment < end { self.fragment(fragment) } else { &[] }
    }

    #[inline]
    fn fragment(self, fragment: u32) -> &'a [u8] {
        let [start, end] = self.starts.record(fragment as usize);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// What a ruleset remembers of the JSON it was made from: two murmur3 hashes, with seeds 0 (low half) and 1.
#[must_use]
pub fn snapshot_hash(json: &[u8]) -> u64 {
    let of_seed = |seed| u64::from(murmur3::Murmur3::with_seed(seed).update(json).finish());
    of_seed(0) | of_seed(1) << 32
}
