//! Loaded rulesets, and deciding from them.

use alloc::vec::Vec;

use edgewise_engine::{Assignment, Buffer, Ruleset, RulesetError, UserKey};

use crate::attributes::{Record, Written};

/// All that lives between calls.
#[derive(Debug)]
pub struct Deciding {
    /// A ruleset's handle is its place here and 1.
    rulesets: Vec<Option<Ruleset>>,
    /// The bytes that are to be loaded next.
    incoming: Vec<u8>,
    records: Vec<Record>,
    text: Vec<u8>,
    /// Where in it texts begin: at an address that words can be written to.
    first: usize,
    buffer: Buffer,
}

impl Deciding {
    /// Nothing loaded.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rulesets: Vec::new(),
            incoming: Vec::new(),
            records: Vec::new(),
            text: Vec::new(),
            first: 0,
            buffer: Buffer::new(),
        }
    }

    /// Room for so many bytes of a ruleset, to be written before it is loaded; `None` if there is not so much memory.
    pub fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        self.incoming = zeros(length)?;
        Some(&mut self.incoming)
    }

    /// Loads the bytes that were written into the room, and returns the ruleset's handle.
    ///
    /// # Errors
    /// As [`Ruleset::load`].
    pub fn load(&mut self) -> Result<usize, RulesetError> {
        let ruleset = Ruleset::load(core::mem::take(&mut self.incoming))?;
        let free = self.rulesets.iter().position(Option::is_none).unwrap_or(self.rulesets.len());
        match self.rulesets.get_mut(free) {
            Some(place) => *place = Some(ruleset),
            None => self.rulesets.push(Some(ruleset)),
        }
        Ok(free + 1)
    }

    /// Forgets a ruleset. Its handle may be given to another.
    pub fn release(&mut self, handle: usize) {
        if let Some(place) = self.rulesets.get_mut(handle.wrapping_sub(1)) {
            *place = None;
        }
    }

    /// The ruleset of a handle.
    #[must_use]
    #[inline]
    pub fn ruleset(&self, handle: usize) -> Option<&Ruleset> {
        self.rulesets.get(handle.wrapping_sub(1))?.as_ref()
    }

    /// Where attributes and texts are written before deciding: so many records and bytes, if not more. Texts begin at an
    /// address that is a multiple of four. `None` if there is not so much memory.
    pub fn input(&mut self, records: usize, text: usize) -> Option<(&mut [Record], &mut [u8])> {
        if self.records.len() < records {
            self.records = zeros(records)?;
        }
        if self.text.len().saturating_sub(self.first) < text {
            self.text = zeros(text.checked_add(size_of::<u32>())?)?;
            self.first = self.text.as_ptr().align_offset(align_of::<u32>());
        }
        Some((&mut self.records, self.text.get_mut(self.first..)?.get_mut(..text)?))
    }

    /// Decides for the user whose key stands at the beginning of the text, and whose attributes are in the records.
    #[inline]
    pub fn decide(&mut self, handle: usize, key_length: usize) -> &[Assignment] {
        let text = self.text.get(self.first..).unwrap_or_default();
        let key = core::str::from_utf8(text.get(..key_length).unwrap_or_default());
        let ruleset = self.rulesets.get(handle.wrapping_sub(1)).and_then(Option::as_ref);
        let (Some(ruleset), Ok(user)) = (ruleset, UserKey::new(key.unwrap_or_default())) else { return &[] };
        let attributes = Written { records: &self.records, text };
        ruleset.decide(user, &attributes, &mut self.buffer)
    }
}

impl Default for Deciding {
    fn default() -> Self {
        Self::new()
    }
}

/// So many of the default value, unless there is not so much memory.
pub(crate) fn zeros<T: Clone + Default>(length: usize) -> Option<Vec<T>> {
    let mut room = Vec::new();
    room.try_reserve_exact(length).ok()?;
    room.resize(length, T::default());
    Some(room)
}
