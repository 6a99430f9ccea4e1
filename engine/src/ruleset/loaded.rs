//! A loaded ruleset, and reading from a loaded ruleset.

use alloc::{string::String, vec::Vec};
use core::ops::Range;

use super::{
    fragments::Fragments,
    ids::SlotId,
    layout::{Section, header},
    words::Words,
};
use crate::{
    assignment::{EntityId, EntityKind},
    lanes::LANES,
};

/// A validated ruleset.
#[derive(Clone, Debug)]
pub struct Ruleset {
    pub(super) bytes: Vec<u8>,
    pub(super) sections: [Range<usize>; Section::ALL.len()],
    pub(super) attributes: Vec<Attribute>,
    pub(super) counts: Counts,
    /// A bit for each slot, set if the slot is open to everyone; empty if there are no such slots.
    pub(super) open_to_all: Vec<u64>,
    pub(super) loose: Vec<Loose>,
    /// The salts of loose slots, prepared for hashing.
    pub(super) salts: Vec<u32>,
    /// Whether all slots are open to everyone, and no slot is in a block.
    pub(super) unconditional: bool,
}

/// A loose slot: a slot after the blocks, whose salt is hashed on its own.
#[derive(Clone, Debug)]
pub(crate) struct Loose {
    pub(crate) experiment: u32,
    pub(crate) split: Split,
    pub(crate) salt_bytes: u32,
    /// The ranges of the prepared salt, for each number of unprocessed bytes that can precede the salt.
    pub(super) salt: [Range<usize>; 4],
}

/// An attribute that conditions name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    /// The first threshold.
    pub(crate) first: u32,
    /// The number of thresholds.
    pub(crate) thresholds: u32,
    pub(crate) has_values: bool,
}

/// The division of an experiment's buckets into variants, as stored in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// The first bucket of the second variant; or the number of a split combined with [`MANY`](super::layout::MANY).
    pub(crate) bucket: u32,
    /// The first variant, and in the upper half the second variant.
    pub(crate) variants: u32,
}

/// Counts that every decision needs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) slots: usize,
    /// The number of blocks of eight slots, which precede loose slots.
    pub(crate) blocks: usize,
    pub(crate) gates: usize,
    pub(crate) rules: usize,
    pub(crate) predicates: usize,
    pub(crate) conditions: usize,
    /// Whether slots are in the order of their experiments.
    pub(crate) in_order: bool,
}

impl Ruleset {
    /// Returns the bytes of the ruleset.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the published version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.header().pair(header::VERSION)
    }

    /// Returns the [`snapshot_hash`](super::snapshot_hash) of the JSON that the ruleset was compiled from.
    #[must_use]
    pub fn snapshot_hash(&self) -> u64 {
        self.header().pair(header::SNAPSHOT_HASH)
    }

    /// Returns the environment's name.
    #[must_use]
    pub fn environment(&self) -> &str {
        self.named(header::ENVIRONMENT)
    }

    /// Returns the time of publishing: ISO 8601, UTC.
    #[must_use]
    pub fn published_at(&self) -> &str {
        self.named(header::PUBLISHED_AT)
    }

    /// Returns the number of experiments of the snapshot.
    #[must_use]
    pub fn experiments(&self) -> u32 {
        self.header().at(header::EXPERIMENTS)
    }

    /// Returns the distinct names of the attributes that conditions use.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|attribute| attribute.name.as_str())
    }

    /// Returns the fragments that responses are assembled from.
    #[must_use]
    pub fn fragments(&self) -> Fragments<'_> {
        Fragments {
            experiments: self.words(Section::Experiments),
            starts: self.words(Section::Fragments),
            text: self.bytes_of(Section::Text),
        }
    }

    /// Returns what an entity is, or `None` if the ruleset has no such entity.
    #[must_use]
    pub fn kind(&self, entity: EntityId) -> Option<EntityKind> {
        (entity.get() < self.experiments()).then_some(EntityKind::Experiment)
    }

    /// Returns the number of variants of an entity; 0 if the ruleset has no such entity.
    #[must_use]
    pub fn variants(&self, entity: EntityId) -> u32 {
        let experiments = self.words(Section::Experiments);
        let place = entity.index();
        experiments
            .get(place + 1)
            .map_or(0, |end| end.saturating_sub(experiments.at(place)).saturating_sub(1))
    }

    /// Returns the experiment and the split of a slot.
    pub(crate) fn slot(&self, slot: SlotId) -> (u32, Split) {
        let (slot, blocks) = (slot.index(), self.words(Section::Blocks));
        let in_blocks = blocks.len() / Section::Blocks.record_words() * LANES;
        if let Some(loose) = slot.checked_sub(in_blocks) {
            let [experiment, bucket, variants] =
                self.words(Section::Loose).record(loose * Section::Loose.record_words());
            return (experiment, Split { bucket, variants });
        }
        let word = |which| blocks.at((slot / LANES * 3 + which) * LANES + slot % LANES);
        (word(0), Split { bucket: word(1), variants: word(2) })
    }

    /// Returns the loose slots.
    pub(crate) fn loose(&self) -> &[Loose] {
        &self.loose
    }

    /// Returns a slot's salt, prepared for `waiting` unprocessed bytes before the salt.
    #[inline]
    pub(crate) fn salt(&self, loose: &Loose, waiting: u32) -> Option<&[u32]> {
        self.salts.get(loose.salt.get(waiting as usize)?.clone())
    }

    /// Returns whether all slots are open to everyone, and no slot is in a block.
    pub(crate) const fn is_unconditional(&self) -> bool {
        self.unconditional
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

    pub(super) fn header(&self) -> Words<'_> {
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

    /// Returns a part of Text, as bytes.
    #[inline]
    pub(crate) fn text_bytes(&self, offset: u32, length: u32) -> &[u8] {
        let range = offset as usize..offset as usize + length as usize;
        self.bytes_of(Section::Text).get(range).unwrap_or_default()
    }

    /// Returns a part of Text.
    #[inline]
    pub(crate) fn text(&self, offset: u32, length: u32) -> &str {
        let bytes = self.text_bytes(offset, length);
        // Such texts are short: validating UTF-8 again costs little, and avoids `unsafe`.
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}
