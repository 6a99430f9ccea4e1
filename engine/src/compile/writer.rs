use alloc::vec::Vec;

use super::error::CompileError;
use crate::{
    murmur3,
    ruleset::layout::{FORMAT, MAGIC, Section, header},
};

/// Assembles the bytes of a ruleset.
#[derive(Debug)]
pub(super) struct Writer {
    header: [u32; header::WORDS],
    sections: [Vec<u8>; Section::ALL.len()],
}

impl Default for Writer {
    fn default() -> Self {
        Self { header: [0; header::WORDS], sections: [const { Vec::new() }; Section::ALL.len()] }
    }
}

impl Writer {
    pub(super) fn header(&mut self, place: usize, word: u32) {
        if let Some(slot) = self.header.get_mut(place) {
            *slot = word;
        }
    }

    /// Sets a header field of two words.
    #[expect(clippy::cast_possible_truncation, reason = "splits into halves")]
    pub(super) fn pair(&mut self, place: usize, number: u64) {
        self.header(place, number as u32);
        self.header(place + 1, (number >> 32) as u32);
    }

    pub(super) fn section(&mut self, section: Section, words: impl IntoIterator<Item = u32>) {
        self.bytes(section, words.into_iter().flat_map(u32::to_le_bytes).collect());
    }

    pub(super) fn bytes(&mut self, section: Section, bytes: Vec<u8>) {
        if let Some(slot) = self.sections.get_mut(section as usize) {
            *slot = bytes;
        }
    }

    /// Writes lists of records into the section `records`, and the start of each list into the section `starts`, followed
    /// by the end of the last list.
    #[expect(clippy::cast_possible_truncation, reason = "larger rulesets are rejected")]
    pub(super) fn lists<'a, T: 'a, const N: usize>(
        &mut self,
        starts: Section,
        records: Section,
        lists: impl Iterator<Item = &'a Vec<T>> + Clone,
        record: impl Fn(&T) -> [u32; N],
    ) {
        let ends = lists.clone().scan(0, |end, list| {
            *end += list.len() as u32;
            Some(*end)
        });
        self.section(starts, core::iter::once(0).chain(ends));
        self.section(records, lists.flatten().flat_map(record));
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, CompileError> {
        let table = Section::ALL.len() * 8;
        let whole =
            4 * header::WORDS + table + self.sections.iter().map(|part| aligned(part.len())).sum::<usize>();
        // Checked first, so that no offset below overflows.
        let length = u32::try_from(whole).map_err(|_| CompileError::TooLarge)?;
        self.header(header::MAGIC, MAGIC);
        self.header(header::FORMAT, FORMAT);
        self.header(header::BYTES, length);
        self.header(header::SECTIONS, word(Section::ALL.len()));

        let mut bytes = Vec::with_capacity(whole);
        bytes.extend(self.header.iter().flat_map(|word| word.to_le_bytes()));
        let mut offset = bytes.len() + table;
        for section in &self.sections {
            bytes.extend(word(offset).to_le_bytes());
            bytes.extend(word(section.len()).to_le_bytes());
            offset += aligned(section.len());
        }
        for section in &self.sections {
            bytes.extend_from_slice(section);
            bytes.resize(aligned(bytes.len()), 0);
        }
        let (checked, checksum) = (4 * (header::CHECKSUM + 1), 4 * header::CHECKSUM);
        let hash = murmur3::hash(bytes.get(checked..).unwrap_or_default());
        if let Some(slot) = bytes.get_mut(checksum..checked) {
            slot.copy_from_slice(&hash.to_le_bytes());
        }
        Ok(bytes)
    }
}

const fn aligned(length: usize) -> usize {
    length.next_multiple_of(4)
}

#[expect(clippy::cast_possible_truncation, reason = "the total length fits into 32 bits")]
const fn word(number: usize) -> u32 {
    number as u32
}

/// Returns the number of items as a word.
pub(super) fn count<T>(items: &[T]) -> Result<u32, CompileError> {
    u32::try_from(items.len()).map_err(|_| CompileError::TooLarge)
}
