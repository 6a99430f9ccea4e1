//! The bytes of a ruleset, which tests change by section, record and word.

use std::ops::Range;

use edgewise_engine::{Ruleset, RulesetError, murmur3};

use crate::layout::{Field, Section, header};

/// The bytes of a ruleset.
#[derive(Clone)]
pub(crate) struct Edited(pub(crate) Vec<u8>);

impl Edited {
    /// Returns a word, counted from the start of the ruleset.
    pub(crate) fn word(&self, word: usize) -> u32 {
        u32::from_le_bytes(self.0[4 * word..4 * word + 4].try_into().unwrap())
    }

    /// Sets a word, counted from the start of the ruleset.
    pub(crate) fn set_word(&mut self, word: usize, value: u32) {
        self.0[4 * word..4 * word + 4].copy_from_slice(&value.to_le_bytes());
    }

    /// Returns the number of sections that the header states.
    pub(crate) fn sections(&self) -> usize {
        self.word(header::SECTIONS) as usize
    }

    /// Returns the word of a section's offset, which precedes the word of its length.
    pub(crate) fn offset_word(section: Section) -> usize {
        header::WORDS + 2 * section.number
    }

    /// Returns the offset of a section in bytes.
    pub(crate) fn offset(&self, section: Section) -> u32 {
        self.word(Self::offset_word(section))
    }

    /// Returns the length of a section in bytes.
    pub(crate) fn length(&self, section: Section) -> u32 {
        self.word(Self::offset_word(section) + 1)
    }

    /// Sets the length of a section in bytes.
    pub(crate) fn set_length(&mut self, section: Section, length: u32) {
        self.set_word(Self::offset_word(section) + 1, length);
    }

    /// Sets the offset of a section in bytes.
    pub(crate) fn set_offset(&mut self, section: Section, offset: u32) {
        self.set_word(Self::offset_word(section), offset);
    }

    /// Returns the numbers of a section's records.
    pub(crate) fn records(&self, section: Section) -> Range<usize> {
        0..self.length(section) as usize / 4 / section.words
    }

    /// Returns how many records a section has, which is the number after the last record.
    pub(crate) fn count(&self, section: Section) -> u32 {
        self.length(section) / 4 / u32::try_from(section.words).unwrap()
    }

    /// Returns the number of the record that ends a section.
    pub(crate) fn end_record(&self, section: Section) -> u32 {
        self.count(section) - 1
    }

    /// Returns the number of a section's last record, as an index.
    pub(crate) fn last(&self, section: Section) -> usize {
        self.records(section).next_back().expect("the section has a record")
    }

    /// Returns the number of the first record whose word passes the test.
    pub(crate) fn find(&self, field: Field, test: impl Fn(u32) -> bool) -> usize {
        let found = self.records(field.section).find(|record| test(self.get(field, *record)));
        found.expect("the ruleset has such a record")
    }

    /// Returns a word of a record.
    pub(crate) fn get(&self, field: Field, record: usize) -> u32 {
        self.word(self.place(field, record))
    }

    /// Sets a word of a record.
    pub(crate) fn set(&mut self, field: Field, record: usize, value: u32) {
        self.set_word(self.place(field, record), value);
    }

    fn place(&self, field: Field, record: usize) -> usize {
        assert!(self.records(field.section).contains(&record), "the section has no record {record}");
        self.offset(field.section) as usize / 4 + record * field.section.words + field.word
    }

    /// Corrects the checksum.
    pub(crate) fn seal(&mut self) {
        self.set_word(header::CHECKSUM, murmur3::hash(&self.0[4 * header::BYTES..]));
    }

    /// Loads the bytes after correcting the checksum.
    pub(crate) fn load(mut self) -> Result<Ruleset, RulesetError> {
        self.seal();
        Ruleset::load(self.0)
    }
}
