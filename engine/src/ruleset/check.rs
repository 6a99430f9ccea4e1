//! Validation of rulesets. Decisions rely on this validation: every index refers to an existing item. The time of
//! validation grows with the number of bytes, whatever the bytes contain.

use alloc::{vec, vec::Vec};
use core::{cell::Cell, ops::Range};

use super::{
    error::RulesetError,
    ids::{GateId, Id, RuleId, SlotId, SplitId},
    layout::{
        CAPABILITIES, FORMAT, LONGEST_SEARCH, MAGIC, MANY, NO_VARIANT, REQUIRED_SECTIONS, Section,
        condition_parts, header, kind, longest_run, value_parts,
    },
    loaded::{Ruleset, Split},
    references::{AnchorReference, PredicateReference, Target},
    words::Words,
};
use crate::{
    assignment::EntityId,
    bucket::Bucket,
    lanes::LANES,
    murmur3,
    operators::{Operands, Test},
};

type Result<T> = core::result::Result<T, RulesetError>;

/// Checks the header, and returns the byte ranges of the sections.
pub(super) fn sections(bytes: &[u8]) -> Result<[Range<usize>; Section::ALL.len()]> {
    let header = Words::of(bytes);
    if header.get(header::MAGIC) != Some(MAGIC) {
        return Err(RulesetError::Foreign);
    }
    require(header.len() >= header::WORDS, "it ends within the header")?;
    match header.at(header::FORMAT) {
        FORMAT => {}
        other => return Err(RulesetError::Format(other)),
    }
    require(
        usize::try_from(header.at(header::BYTES)) == Ok(bytes.len()),
        "its length differs from the length in the header",
    )?;
    let checked = bytes.get(4 * (header::CHECKSUM + 1)..).unwrap_or_default();
    require(header.at(header::CHECKSUM) == murmur3::hash(checked), "the checksum does not match")?;
    match header.at(header::CAPABILITIES) & !CAPABILITIES {
        0 => {}
        lacking => return Err(RulesetError::Unsupported(lacking)),
    }
    let present = header.at(header::SECTIONS) as usize;
    require(present >= REQUIRED_SECTIONS, "sections are missing")?;

    let mut sections = Section::ALL.map(|_| 0..0);
    for (section, range) in Section::ALL.into_iter().zip(&mut sections).take(present) {
        let place = header::WORDS + 2 * section as usize;
        let (offset, length) = (header.at(place) as usize, header.at(place + 1) as usize);
        *range = offset..offset.saturating_add(length);
        require(
            range.end <= bytes.len() && offset % 4 == 0,
            "a section is out of bounds, or does not begin at a word",
        )?;
        let record_bytes = (4 * section.record_words()).max(1);
        require(length % record_bytes == 0, "a section ends within a record")?;
    }
    Ok(sections)
}

/// Checks the content of the sections.
pub(super) fn content(ruleset: &Ruleset) -> Result<()> {
    let text = core::str::from_utf8(ruleset.bytes_of(Section::Text)).map_err(|_| DAMAGED_TEXT)?;
    let check = Check { ruleset, text, text_budget: Cell::new(text.len()) };
    check.fragments()?;
    check.attributes()?;
    check.values()?;
    check.rules()?;
    check.splits_and_slots()?;
    check.gates()?;
    check.salts()
}

const DAMAGED_TEXT: RulesetError = damaged("the text is not UTF-8");

fn require(holds: bool, otherwise: &'static str) -> Result<()> {
    if holds { Ok(()) } else { Err(damaged(otherwise)) }
}

/// Creates the error. Without the feature `reasons`, the text is left out.
const fn damaged(how: &'static str) -> RulesetError {
    RulesetError::Damaged(if cfg!(feature = "reasons") { how } else { "" })
}

/// A set of numbers.
struct BitSet(Vec<u64>);

impl BitSet {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Inserts a number below the count. Returns whether the number was not in the set.
    fn insert(&mut self, number: usize) -> bool {
        let Some(word) = self.0.get_mut(number / 64) else { return false };
        let bit = 1 << (number % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// Returns the number of variants that an experiment must have for `variant` to exist.
const fn required_variants(variant: u32) -> u32 {
    if variant == NO_VARIANT { 0 } else { variant + 1 }
}

struct Check<'a> {
    ruleset: &'a Ruleset,
    text: &'a str,
    /// The number of bytes of text that a decision may still read.
    text_budget: Cell<usize>,
}

impl Check<'_> {
    fn words(&self, section: Section) -> Words<'_> {
        self.ruleset.words(section)
    }

    /// Returns the number of records of a section.
    fn count(&self, section: Section) -> usize {
        self.words(section).len() / section.record_words().max(1)
    }

    fn slots(&self) -> usize {
        self.count(Section::Blocks) * LANES + self.count(Section::Loose)
    }

    /// Returns the number of records of a section, without the end record. [`starts`](Self::starts) refuses a section
    /// without an end record.
    fn ended(&self, section: Section) -> usize {
        self.count(section).saturating_sub(1)
    }

    fn text(&self, offset: u32, length: u32, otherwise: &'static str) -> Result<()> {
        let range = offset as usize..(offset as usize).saturating_add(length as usize);
        require(self.text.get(range).is_some(), otherwise)
    }

    /// Spends the length of a text that a decision may read. The total length of such texts is at most the length of Text,
    /// so that a small ruleset cannot cause long decisions.
    fn spend(&self, length: u32, otherwise: &'static str) -> Result<()> {
        let left = self.text_budget.get().checked_sub(length as usize);
        self.text_budget.set(left.ok_or(damaged(otherwise))?);
        Ok(())
    }

    /// Checks that each number of a section is less than `limit`.
    fn below(&self, section: Section, limit: usize, otherwise: &'static str) -> Result<()> {
        require(self.words(section).iter().all(|number| (number as usize) < limit), otherwise)
    }

    /// Checks that there is an end record, and that the starts, which are word number `word` of each record, are in
    /// ascending order and end at `end`.
    fn starts(&self, section: Section, word: usize, end: usize, otherwise: &'static str) -> Result<()> {
        let (mut last, mut ascending) = (None, true);
        for start in self.words(section).iter().skip(word).step_by(section.record_words()) {
            ascending &= last <= Some(start);
            last = Some(start);
        }
        require(ascending && last.is_some_and(|last| last as usize == end), otherwise)
    }

    fn fragments(&self) -> Result<()> {
        let header = self.ruleset.header();
        for (place, otherwise) in [
            (header::ENVIRONMENT, "the environment's name is not a part of the text"),
            (header::PUBLISHED_AT, "the time of publishing is not a part of the text"),
        ] {
            self.text(header.at(place), header.at(place + 1), otherwise)?;
        }
        let (experiments, fragments) = (self.words(Section::Experiments), self.words(Section::Fragments));
        let count = self.ended(Section::Experiments);
        require(
            self.ruleset.experiments() as usize == count,
            "the number of experiments differs from the header",
        )?;
        self.starts(
            Section::Experiments,
            0,
            self.ended(Section::Fragments),
            "the starts in Experiments do not ascend to the end of Fragments",
        )?;
        let pairs = experiments.iter().zip(experiments.iter().skip(1));
        require(pairs.into_iter().all(|(start, end)| start < end), "an experiment has no fragment")?;
        let end = fragments.iter().last().unwrap_or_default() as usize;
        self.starts(Section::Fragments, 0, end, "the starts in Fragments do not ascend")?;
        let whole = fragments.iter().all(|start| self.text.is_char_boundary(start as usize));
        require(whole, "a fragment is not a part of the text")
    }

    fn attributes(&self) -> Result<()> {
        let thresholds = self.words(Section::Thresholds);
        let (mut next, mut last) = (0_usize, None);
        for [name, length, first, count, _] in self.words(Section::Attributes).records() {
            self.spend(length, "the names of attributes are longer than the text")?;
            self.text(name, length, "an attribute's name is not a part of the text")?;
            // Distinct names: a decision reads no part of a context twice.
            let name = Some(self.ruleset.text_bytes(name, length));
            require(last < name, "attribute names are not in ascending order")?;
            last = name;
            require(
                first as usize == next,
                "an attribute's thresholds do not follow the previous attribute's thresholds",
            )?;
            let start = next;
            next = next.saturating_add(count as usize);
            require(next <= thresholds.len() / 2, "thresholds are missing")?;
            let number = |at: usize| f64::from_bits(thresholds.pair(2 * at));
            let ascending = (start + 1..next).all(|at| number(at - 1) < number(at));
            require(
                ascending && (start..next).all(|at| number(at).is_finite()),
                "thresholds are not finite numbers in ascending order",
            )?;
        }
        Ok(())
    }

    fn values(&self) -> Result<()> {
        let (values, table) = (self.words(Section::Values), self.words(Section::Table));
        let count = self.ended(Section::Values);
        for [tagged, first, second, _] in values.records().take(count) {
            let (attribute, kind) = value_parts(tagged);
            require(attribute.index() < self.count(Section::Attributes), "a value has no attribute")?;
            if kind == kind::STRING {
                self.text(first, second, "a value's string is not a part of the text")?;
            }
        }
        self.starts(
            Section::Values,
            3,
            self.count(Section::ValueAnchors),
            "the starts in Values do not ascend to the end of ValueAnchors",
        )?;
        require(table.len().is_power_of_two(), "the size of the table is not a power of two")?;
        require(table.iter().any(|entry| entry == 0), "the table is full")?;
        require(longest_run(table.iter()) <= LONGEST_SEARCH, "the table has too long a run of entries")?;
        require(table.iter().all(|entry| entry as usize <= count), "the table contains an unknown value")?;
        self.below(Section::ValueSets, count, "a set contains an unknown value")
    }

    fn rules(&self) -> Result<()> {
        self.starts(
            Section::Predicates,
            0,
            self.count(Section::PredicateRules),
            "the starts in Predicates do not ascend to the end of PredicateRules",
        )?;
        self.below(
            Section::PredicateRules,
            self.ended(Section::Rules),
            "a predicate refers to an unknown rule",
        )?;
        self.starts(
            Section::Rules,
            0,
            self.count(Section::RuleConditions),
            "the starts in Rules do not ascend to the end of RuleConditions",
        )?;
        self.below(
            Section::RuleConditions,
            self.count(Section::Conditions),
            "a rule refers to an unknown condition",
        )?;
        let mut conditions = self.words(Section::Conditions).records();
        conditions.try_for_each(|[tagged, first, second]| self.condition(tagged, first, second))
    }

    fn condition(&self, tagged: u32, first: u32, second: u32) -> Result<()> {
        let (attribute, _, code) = condition_parts(tagged);
        require(attribute.index() < self.count(Section::Attributes), "a condition has no attribute")?;
        let attributes = self.words(Section::Attributes);
        let place = attribute.index() * Section::Attributes.record_words();
        match Test::from_code(code).map(Test::operands) {
            None => require(false, "a condition's test is unknown"),
            Some(Operands::None) => Ok(()),
            Some(Operands::Value) => {
                require((first as usize) < self.ended(Section::Values), "a condition's value is missing")
            }
            Some(Operands::Values) => {
                let end = (first as usize).saturating_add(second as usize);
                require(end <= self.count(Section::ValueSets), "a set of values is out of bounds")
            }
            Some(Operands::Threshold) => {
                require(first < attributes.at(place + 3), "a condition's threshold is missing")
            }
            Some(Operands::Text) => {
                self.spend(second, "the strings of conditions are longer than the rest of the text")?;
                self.text(first, second, "a condition's string is not a part of the text")
            }
        }
    }

    fn gates(&self) -> Result<()> {
        let (gates, predicates) = (self.ended(Section::Gates), self.ended(Section::Predicates));
        let rules = self.ended(Section::Rules);
        self.starts(
            Section::Anchors,
            0,
            self.count(Section::Entries),
            "the starts in Anchors do not ascend to the end of Entries",
        )?;
        self.anchors()?;
        self.starts(
            Section::Gates,
            0,
            self.count(Section::Ranges),
            "the starts in Gates do not ascend to the end of Ranges",
        )?;
        let with_gate = self.ranges()?;
        let is_predicate = |word: u32| {
            PredicateReference::from_word(word).get().is_none_or(|predicate| predicate.index() < predicates)
        };
        for [target, rest, other] in self.words(Section::Entries).records() {
            let known = match Target::from_word(target) {
                Target::Gate(gate) => gate.index() < gates,
                Target::Slot(slot) => with_gate.contains(slot.index()),
            };
            let is_valid_condition = RuleId::new(rest).index() < rules && is_predicate(other);
            require(known && is_valid_condition, "an entry refers to an unknown gate, rule or predicate")?;
        }
        let mut last = None;
        for [gate, left, right] in self.words(Section::UnanchoredGates).records() {
            let gate = GateId::new(gate);
            require(last < Some(gate), "unanchored gates are not in ascending order")?;
            last = Some(gate);
            let known = is_predicate(left) && is_predicate(right);
            require(known && gate.index() < gates, "an unanchored gate or its predicate is unknown")?;
        }
        Ok(())
    }

    /// Checks that an anchor with several entries belongs to the values of one attribute, and to each value once, so that a
    /// decision processes an anchor at most once.
    fn anchors(&self) -> Result<()> {
        let entries = self.count(Section::Entries);
        let (values, anchored) = (self.words(Section::Values), self.words(Section::ValueAnchors));
        let mut attributes = vec![None; self.ended(Section::Anchors)];
        let next = values.records().skip(1).map(|[.., start]: [u32; 4]| start);
        for ([tagged, _, _, start], end) in values.records().zip(next) {
            let mut last = None;
            for anchor in anchored.run(start, end) {
                let anchor = match AnchorReference::from_word(anchor) {
                    AnchorReference::Anchor(anchor) => anchor,
                    AnchorReference::Entry(entry) => {
                        require(entry.index() < entries, "an anchor refers to an unknown entry")?;
                        continue;
                    }
                };
                require(anchor.index() < attributes.len(), "an anchor is unknown")?;
                require(last < Some(anchor), "anchors are not in ascending order")?;
                last = Some(anchor);
                let (attribute, _) = value_parts(tagged);
                if let Some(known) = attributes.get_mut(anchor.index()) {
                    require(
                        known.is_none_or(|known| known == attribute),
                        "an anchor belongs to two attributes",
                    )?;
                    *known = Some(attribute);
                }
            }
        }
        Ok(())
    }

    /// Checks that each slot and each experiment belongs to at most one gate. Returns the slots that belong to a gate.
    fn ranges(&self) -> Result<BitSet> {
        let slots = self.slots();
        let mut with_gate = BitSet::new(slots);
        let mut experiments = BitSet::new(self.ruleset.experiments() as usize);
        for [first, count] in self.words(Section::Ranges).records() {
            let end = (first as usize).saturating_add(count as usize);
            require(end <= slots, "a range of slots is out of bounds")?;
            for slot in (first as usize..end).map(SlotId::from_index) {
                let experiment = self.ruleset.slot(slot).0 as usize;
                require(
                    with_gate.insert(slot.index()) && experiments.insert(experiment),
                    "an experiment belongs to two gates",
                )?;
            }
        }
        Ok(with_gate)
    }

    fn splits_and_slots(&self) -> Result<()> {
        let (splits, segments) = (self.words(Section::Splits), self.words(Section::Segments));
        self.starts(
            Section::Splits,
            0,
            segments.len(),
            "the starts in Splits do not ascend to the end of Segments",
        )?;
        // For each split, the number of variants that an experiment must have.
        let mut required_by_split = Vec::with_capacity(splits.len());
        for (start, end) in splits.iter().zip(splits.iter().skip(1)) {
            require(
                start < end && segments.at(start as usize) >> 16 == 0,
                "a split does not begin at bucket 0",
            )?;
            let (mut last, mut most) = (None, 0);
            for segment in segments.run(start, end) {
                let (bucket, variant) = (segment >> 16, segment & 0xffff);
                require(
                    last < Some(bucket) && bucket < u32::from(Bucket::COUNT),
                    "the segments of a split are not in ascending order",
                )?;
                last = Some(bucket);
                most = most.max(required_variants(variant));
            }
            required_by_split.push(most);
        }
        (0..self.slots()).try_for_each(|slot| {
            let (experiment, Split { bucket, variants }) = self.ruleset.slot(SlotId::from_index(slot));
            require(experiment < self.ruleset.experiments(), "the experiment of a slot is unknown")?;
            let required = if bucket & MANY == 0 {
                require(bucket < u32::from(Bucket::COUNT), "the bucket of a slot is out of range")?;
                required_variants(variants & NO_VARIANT).max(required_variants(variants >> 16))
            } else {
                required_by_split
                    .get(SplitId::new(bucket & !MANY).index())
                    .copied()
                    .ok_or(damaged("the split of a slot is unknown"))?
            };
            require(
                required <= self.ruleset.variants(EntityId::new(experiment)),
                "the variant of a slot is unknown",
            )
        })
    }

    fn salts(&self) -> Result<()> {
        let (mut blocks, mut rows) = (0_u32, 0_usize);
        for [end, salt_bytes, first_row] in self.words(Section::Classes).records() {
            require(first_row as usize == rows && blocks < end, "blocks are not in order")?;
            let rows_each = (salt_bytes as usize).div_ceil(4);
            rows = rows.saturating_add(((end - blocks) as usize).saturating_mul(rows_each));
            require(rows <= self.count(Section::Rows), "rows are missing")?;
            blocks = end;
        }
        require(blocks as usize == self.count(Section::Blocks), "salts are missing")?;
        let mut loose = self.words(Section::Loose).records();
        loose.try_for_each(|[.., offset, length]: [u32; 5]| {
            self.spend(length, "the salts are longer than the rest of the text")?;
            self.text(offset, length, "a salt is not a part of the text")
        })
    }
}
