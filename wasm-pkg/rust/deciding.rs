//! Loaded rulesets, and deciding from them.

use alloc::vec::Vec;

use edgewise_engine::{Assignment, Buffer, Ruleset, RulesetError, UserKey};

use crate::attributes::{Input, Record};

/// All that lives between calls.
#[derive(Debug)]
pub struct Deciding {
    /// A ruleset's handle is its place here and 1.
    rulesets: Vec<Option<Ruleset>>,
    /// The bytes that are to be loaded next.
    incoming: Vec<u8>,
    input: Input,
    buffer: Buffer,
}

impl Deciding {
    /// Nothing loaded.
    #[must_use]
    pub fn new() -> Self {
        Self { rulesets: Vec::new(), incoming: Vec::new(), input: Input::default(), buffer: Buffer::new() }
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
        let input = &mut self.input;
        if input.records.len() < records {
            input.records = zeros(records)?;
        }
        if input.text().len() < text {
            input.text = zeros(text.checked_add(size_of::<u32>())?)?;
            input.first = input.text.as_ptr().align_offset(align_of::<u32>());
        }
        Some((&mut input.records, input.text.get_mut(input.first..)?.get_mut(..text)?))
    }

    /// Decides for the user whose key stands at the beginning of the text, and whose attributes are in the records.
    #[inline]
    pub fn decide(&mut self, handle: usize, key_length: usize) -> &[Assignment] {
        let ruleset = self.rulesets.get(handle.wrapping_sub(1)).and_then(Option::as_ref);
        let (Some(ruleset), Some(key)) = (ruleset, self.input.text().get(..key_length)) else { return &[] };
        let Ok(user) = UserKey::from_utf8(key) else { return &[] };
        ruleset.decide(user, &self.input, &mut self.buffer)
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
