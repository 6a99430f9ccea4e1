//! Whether bytes are a ruleset. What is checked here is relied upon in deciding: that every number is a place that
//! exists. The time it takes grows with the bytes, whatever they hold.

use alloc::{vec, vec::Vec};
use core::{cell::Cell, ops::Range};

use super::{
    error::RulesetError,
    layout::{CAPABILITIES, DIRECT, FORMAT, MAGIC, MANY, NO_VARIANT, NONE, Section, header, kind, operator},
    loaded::{Ruleset, Split},
    words::Words,
};
use crate::{bucket::Bucket, lanes::LANES, murmur3};

type Result<T> = core::result::Result<T, RulesetError>;

/// Checks the header, and finds the sections.
pub(super) fn sections(bytes: &[u8]) -> Result<[Range<usize>; Section::ALL.len()]> {
    let header = Words::of(bytes);
    if header.get(header::MAGIC) != Some(MAGIC) {
        return Err(RulesetError::Foreign);
    }
    require(header.len() >= header::WORDS, "it ends within its header")?;
    match header.at(header::FORMAT) {
        FORMAT => {}
        other => return Err(RulesetError::Format(other)),
    }
    require(
        usize::try_from(header.at(header::BYTES)) == Ok(bytes.len()),
        "it has another length than it says",
    )?;
    let checked = bytes.get(4 * (header::CHECKSUM + 1)..).unwrap_or_default();
    require(header.at(header::CHECKSUM) == murmur3::hash(checked), "its checksum is wrong")?;
    match header.at(header::CAPABILITIES) & !CAPABILITIES {
        0 => {}
        lacking => return Err(RulesetError::Unsupported(lacking)),
    }
    require(header.at(header::SECTIONS) as usize >= Section::ALL.len(), "it lacks sections")?;

    let mut sections = Section::ALL.map(|_| 0..0);
    for (section, range) in Section::ALL.into_iter().zip(&mut sections) {
        let place = header::WORDS + 2 * section as usize;
        let (offset, length) = (header.at(place) as usize, header.at(place + 1) as usize);
        *range = offset..offset.saturating_add(length);
        require(range.end <= bytes.len() && offset % 4 == 0, "a section lies outside")?;
        let record_bytes = (4 * section.record_words()).max(1);
        require(length % record_bytes == 0, "a section ends within a record")?;
    }
    Ok(sections)
}

/// Checks what stands in the sections.
pub(super) fn content(ruleset: &Ruleset) -> Result<()> {
    let text = core::str::from_utf8(ruleset.bytes_of(Section::Text)).map_err(|_| DAMAGED_TEXT)?;
    let check = Check { ruleset, text, unread: Cell::new(text.len()) };
    check.answers()?;
    check.attributes()?;
    check.values()?;
    check.rules()?;
    check.splits_and_slots()?;
    check.gates()?;
    check.salts()
}

const DAMAGED_TEXT: RulesetError = damaged("its text is not UTF-8");

fn require(holds: bool, otherwise: &'static str) -> Result<()> {
    if holds { Ok(()) } else { Err(damaged(otherwise)) }
}

/// The feature `reasons` keeps the texts.
const fn damaged(how: &'static str) -> RulesetError {
    RulesetError::Damaged(if cfg!(feature = "reasons") { how } else { "" })
}

/// A search in a table that is half empty takes a step or two; so many it never takes.
const LONGEST_SEARCH: usize = 1024;

/// What has been met.
struct Seen(Vec<u64>);

impl Seen {
    fn none_of(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Whether a number, which is below the count, is met for the first time.
    fn first(&mut self, number: usize) -> bool {
        let Some(word) = self.0.get_mut(number / 64) else { return false };
        let bit = 1 << (number % 64);
        let first = *word & bit == 0;
        *word |= bit;
        first
    }
}

/// How many variants there must be for one to be there.
const fn need(variant: u32) -> u32 {
    if variant == NO_VARIANT { 0 } else { variant + 1 }
}

struct Check<'a> {
    ruleset: &'a Ruleset,
    text: &'a str,
    /// How much more text a decision may read.
    unread: Cell<usize>,
}

impl Check<'_> {
    fn words(&self, section: Section) -> Words<'_> {
        self.ruleset.words(section)
    }

    /// How many records a section has.
    fn count(&self, section: Section) -> usize {
        self.words(section).len() / section.record_words().max(1)
    }

    fn slots(&self) -> usize {
        self.count(Section::Blocks) * LANES + self.count(Section::Loose)
    }

    /// How many records a section has before the one that ends the last.
    fn ended(&self, section: Section) -> Result<usize> {
        self.count(section).checked_sub(1).ok_or(damaged("a section has no end"))
    }

    fn text(&self, offset: u32, length: u32) -> Result<()> {
        let range = offset as usize..(offset as usize).saturating_add(length as usize);
        require(self.text.get(range).is_some(), "a piece of text is none")
    }

    /// A piece that a decision may read. All such pieces together are no longer than the text, so that they cannot make a
    /// small ruleset decide for long.
    fn read(&self, offset: u32, length: u32) -> Result<()> {
        let left = self.unread.get().checked_sub(length as usize);
        self.unread.set(left.ok_or(damaged("pieces of text lie upon each other"))?);
        self.text(offset, length)
    }

    /// Each number is less than `limit`.
    fn below(&self, section: Section, limit: usize) -> Result<()> {
        require(self.words(section).iter().all(|number| (number as usize) < limit), "a number is too high")
    }

    /// The starts in the `word`th word of each record ascend, up to what they are places of.
    fn starts(&self, section: Section, word: usize, end: usize) -> Result<()> {
        self.ended(section)?;
        let (mut last, mut ascending) = (0, true);
        for start in self.words(section).iter().skip(word).step_by(section.record_words()) {
            ascending &= last <= start;
            last = start;
        }
        require(ascending && last as usize == end, "starts do not ascend to the end")
    }

    fn answers(&self) -> Result<()> {
        let header = self.ruleset.header();
        for place in [header::ENVIRONMENT, header::PUBLISHED_AT] {
            self.text(header.at(place), header.at(place + 1))?;
        }
        let (experiments, fragments) = (self.words(Section::Experiments), self.words(Section::Fragments));
        let count = self.ended(Section::Experiments)?;
        require(
            self.ruleset.experiments() as usize == count,
            "it has another number of experiments than it says",
        )?;
        self.starts(Section::Experiments, 0, self.ended(Section::Fragments)?)?;
        let pairs = experiments.iter().zip(experiments.iter().skip(1));
        require(pairs.into_iter().all(|(start, end)| start < end), "an experiment has no fragment")?;
        let end = fragments.iter().last().unwrap_or_default() as usize;
        self.starts(Section::Fragments, 0, end)?;
        let whole = fragments.iter().all(|start| self.text.is_char_boundary(start as usize));
        require(whole, "a fragment is no text")
    }

    fn attributes(&self) -> Result<()> {
        let thresholds = self.words(Section::Thresholds);
        let (mut next, mut last) = (0_usize, None);
        for [name, length, first, count, _] in self.words(Section::Attributes).records() {
            self.read(name, length)?;
            // No part of a context is looked at twice.
            let name = Some(self.ruleset.text_bytes(name, length));
            require(last < name, "names of attributes do not ascend")?;
            last = name;
            require(first as usize == next, "thresholds are not in order")?;
            let start = next;
            next = next.saturating_add(count as usize);
            require(next <= thresholds.len() / 2, "thresholds are missing")?;
            let number = |at: usize| f64::from_bits(thresholds.pair(2 * at));
            let ascending = (start + 1..next).all(|at| number(at - 1) < number(at));
            require(ascending && (start..next).all(|at| number(at).is_finite()), "thresholds do not ascend")?;
        }
        Ok(())
    }

    fn values(&self) -> Result<()> {
        let (values, table) = (self.words(Section::Values), self.words(Section::Table));
        let count = self.ended(Section::Values)?;
        for [tagged, first, second, _] in values.records().take(count) {
            let attribute = (tagged >> kind::ATTRIBUTE_SHIFT) as usize;
            require(attribute < self.count(Section::Attributes), "a value has no attribute")?;
            if tagged % (1 << kind::ATTRIBUTE_SHIFT) == kind::STRING {
                self.text(first, second)?;
            }
        }
        self.starts(Section::Values, 3, self.count(Section::Anchored))?;
        require(table.len().is_power_of_two(), "the table's size is no power of two")?;
        require(table.iter().any(|entry| entry == 0), "the table is full")?;
        let (mut run, mut longest) = (0, 0);
        for entry in table.iter().chain(table.iter()) {
            run = if entry == 0 { 0 } else { run + 1 };
            longest = longest.max(run);
        }
        require(longest <= LONGEST_SEARCH, "the table makes searches long")?;
        require(table.iter().all(|entry| entry as usize <= count), "the table holds what is no value")?;
        self.below(Section::Lists, count)
    }

    fn rules(&self) -> Result<()> {
        self.starts(Section::Predicates, 0, self.count(Section::Choices))?;
        self.below(Section::Choices, self.ended(Section::Rules)?)?;
        self.starts(Section::Rules, 0, self.count(Section::Needs))?;
        self.below(Section::Needs, self.count(Section::Conditions))?;
        let mut conditions = self.words(Section::Conditions).records();
        conditions.try_for_each(|[tagged, first, second]| self.condition(tagged, first, second))
    }

    fn condition(&self, tagged: u32, first: u32, second: u32) -> Result<()> {
        let attribute = (tagged >> operator::ATTRIBUTE_SHIFT) as usize;
        require(attribute < self.count(Section::Attributes), "a condition has no attribute")?;
        let attributes = self.words(Section::Attributes);
        let place = attribute * Section::Attributes.record_words();
        match tagged & !operator::NEGATED & ((1 << operator::ATTRIBUTE_SHIFT) - 1) {
            operator::ONE_OF => {
                let end = (first as usize).saturating_add(second as usize);
                require(end <= self.count(Section::Lists), "a list is cut off")
            }
            operator::IS => {
                require((first as usize) < self.ended(Section::Values)?, "a condition's value is missing")
            }
            operator::ABOVE | operator::BELOW => {
                require(first < attributes.at(place + 3), "a condition's threshold is missing")
            }
            operator::CONTAINS => self.read(first, second),
            operator => require(operator < operator::COUNT, "an operator is unknown"),
        }
    }

    fn gates(&self) -> Result<()> {
        let (gates, predicates) = (self.ended(Section::Gates)?, self.ended(Section::Predicates)?);
        let rules = self.ended(Section::Rules)?;
        self.starts(Section::Anchors, 0, self.count(Section::Entries))?;
        self.anchors()?;
        self.starts(Section::Gates, 0, self.count(Section::Ranges))?;
        let behind = self.ranges()?;
        let is_predicate = |number: u32| number == NONE || (number as usize) < predicates;
        for [gate, rest, other] in self.words(Section::Entries).records() {
            let known = match gate & DIRECT {
                0 => (gate as usize) < gates,
                _ => behind.has((gate & !DIRECT) as usize),
            };
            let asked = (rest as usize) < rules && is_predicate(other);
            require(known && asked, "an entry leads nowhere")?;
        }
        let mut last = None;
        for [gate, left, right] in self.words(Section::Always).records() {
            require(last < Some(gate), "gates are asked twice")?;
            last = Some(gate);
            let known = is_predicate(left) && is_predicate(right);
            require(known && (gate as usize) < gates, "a gate leads nowhere")?;
        }
        Ok(())
    }

    /// An anchor of many entries is led to by values of one attribute, and by each of them once: so a decision comes by it
    /// once at most.
    fn anchors(&self) -> Result<()> {
        let entries = self.count(Section::Entries);
        let (values, anchored) = (self.words(Section::Values), self.words(Section::Anchored));
        let mut attributes = vec![None; self.ended(Section::Anchors)?];
        let next = values.records().skip(1).map(|[.., start]: [u32; 4]| start);
        for ([tagged, _, _, start], end) in values.records().zip(next) {
            let mut last = None;
            for anchor in anchored.run(start, end) {
                if anchor & DIRECT != 0 {
                    require(((anchor & !DIRECT) as usize) < entries, "an anchor leads nowhere")?;
                    continue;
                }
                require((anchor as usize) < attributes.len(), "an anchor is missing")?;
                require(last < Some(anchor), "anchors do not ascend")?;
                last = Some(anchor);
                let attribute = tagged >> kind::ATTRIBUTE_SHIFT;
                if let Some(known) = attributes.get_mut(anchor as usize) {
                    require(known.is_none_or(|known| known == attribute), "an anchor has two attributes")?;
                    *known = Some(attribute);
                }
            }
        }
        Ok(())
    }

    /// Behind all gates together, each slot stands once at most, and each experiment. Returns the slots that do.
    fn ranges(&self) -> Result<Seen> {
        let slots = self.slots();
        let mut behind = Seen::none_of(slots);
        let mut experiments = Seen::none_of(self.ruleset.experiments() as usize);
        for [first, count] in self.words(Section::Ranges).records() {
            let end = (first as usize).saturating_add(count as usize);
            require(end <= slots, "a range goes beyond the slots")?;
            for slot in first as usize..end {
                let experiment = self.ruleset.slot(slot).0 as usize;
                require(
                    behind.first(slot) && experiments.first(experiment),
                    "an experiment stands behind two gates",
                )?;
            }
        }
        Ok(behind)
    }

    fn splits_and_slots(&self) -> Result<()> {
        let (splits, segments) = (self.words(Section::Splits), self.words(Section::Segments));
        self.starts(Section::Splits, 0, segments.len())?;
        // Of each split one more than the highest variant.
        let mut needs = Vec::with_capacity(splits.len());
        for (start, end) in splits.iter().zip(splits.iter().skip(1)) {
            require(
                start < end && segments.at(start as usize) >> 16 == 0,
                "a split does not begin at bucket 0",
            )?;
            let (mut last, mut most) = (None, 0);
            for segment in segments.run(start, end) {
                let (bucket, variant) = (segment >> 16, segment & 0xffff);
                require(last < Some(bucket) && bucket < u32::from(Bucket::COUNT), "a split does not ascend")?;
                last = Some(bucket);
                most = most.max(need(variant));
            }
            needs.push(most);
        }
        (0..self.slots()).try_for_each(|slot| {
            let (experiment, Split { bucket, variants }) = self.ruleset.slot(slot);
            require(experiment < self.ruleset.experiments(), "a slot has no experiment")?;
            let need = if bucket & MANY == 0 {
                require(bucket < u32::from(Bucket::COUNT), "a slot has no bucket")?;
                need(variants & NO_VARIANT).max(need(variants >> 16))
            } else {
                needs.get((bucket & !MANY) as usize).copied().ok_or(damaged("a slot has no split"))?
            };
            require(need <= self.ruleset.variants(experiment), "a slot has no such variant")
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
        loose.try_for_each(|[.., offset, length]: [u32; 5]| self.read(offset, length))
    }
}
