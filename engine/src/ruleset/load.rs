//! Loading a ruleset: validates the bytes, and prepares data that every decision needs.

use alloc::vec::Vec;

use super::{
    check,
    error::RulesetError,
    ids::{GateId, Id, SlotId},
    layout::{NONE, Section},
    loaded::{Attribute, Counts, Loose, Ruleset, Split},
};
use crate::{lanes::LANES, murmur3};

impl Ruleset {
    /// Validates and loads a published ruleset.
    ///
    /// # Errors
    /// Returns [`RulesetError`] if the bytes are not a valid ruleset. No input causes a panic, or allocates more than a
    /// few times the size of the input.
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
            unconditional: false,
        };
        check::content(&ruleset)?;
        ruleset.attributes = ruleset.read_attributes();
        ruleset.counts = ruleset.compute_counts();
        ruleset.open_to_all = ruleset.compute_open_to_all();
        (ruleset.loose, ruleset.salts) = ruleset.read_loose();
        ruleset.unconditional = ruleset.compute_unconditional();
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

    /// Returns whether the ruleset is unconditional. Without attributes, a slot is open to everyone or to nobody.
    fn compute_unconditional(&self) -> bool {
        let open: u32 = self.open_to_all.iter().map(|word| word.count_ones()).sum();
        self.attributes.is_empty() && self.counts.blocks == 0 && open as usize == self.counts.slots
    }

    fn compute_open_to_all(&self) -> Vec<u64> {
        let mut open = Vec::new();
        let (gates, ranges) = (self.words(Section::Gates), self.words(Section::Ranges));
        for [gate, left, right] in self.words(Section::UnanchoredGates).records() {
            if (left, right) != (NONE, NONE) {
                continue;
            }
            open.resize(self.counts.slots.div_ceil(64), 0);
            let [first, end] = gates.record(GateId::new(gate).index());
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

    fn compute_counts(&self) -> Counts {
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
            in_order: (0..slots).is_sorted_by_key(|slot| self.slot(SlotId::from_index(slot)).0),
        }
    }
}
