//! Loaded rulesets, and decisions.

use alloc::vec::Vec;

use edgewise_engine::{Assignment, Buffer, Request, Ruleset, RulesetError, UserKey};

use crate::attributes::{Input, Record};

/// The loaded rulesets, and the buffers of decisions, between calls.
#[derive(Debug)]
pub struct DecideState {
    /// The handle of a ruleset is the index plus 1.
    rulesets: Vec<Option<Ruleset>>,
    /// The bytes of the ruleset to load next.
    incoming: Vec<u8>,
    input: Input,
    buffer: Buffer,
}

impl DecideState {
    /// Creates the initial state, without rulesets.
    #[must_use]
    pub fn new() -> Self {
        Self { rulesets: Vec::new(), incoming: Vec::new(), input: Input::default(), buffer: Buffer::new() }
    }

    /// Returns space for a ruleset of `length` bytes, or `None` if memory is exhausted.
    pub fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        self.incoming = zeros(length)?;
        Some(&mut self.incoming)
    }

    /// Loads the ruleset that was written into the space, and returns the handle.
    ///
    /// # Errors
    /// Returns the errors of [`Ruleset::load`].
    pub fn load(&mut self) -> Result<usize, RulesetError> {
        let ruleset = Ruleset::load(core::mem::take(&mut self.incoming))?;
        let free = self.rulesets.iter().position(Option::is_none).unwrap_or(self.rulesets.len());
        match self.rulesets.get_mut(free) {
            Some(place) => *place = Some(ruleset),
            None => self.rulesets.push(Some(ruleset)),
        }
        Ok(free + 1)
    }

    /// Releases a ruleset. The handle may be reused.
    pub fn release(&mut self, handle: usize) {
        if let Some(place) = self.rulesets.get_mut(handle.wrapping_sub(1)) {
            *place = None;
        }
    }

    /// Returns the ruleset of a handle.
    #[must_use]
    #[inline]
    pub fn ruleset(&self, handle: usize) -> Option<&Ruleset> {
        self.rulesets.get(handle.wrapping_sub(1))?.as_ref()
    }

    /// Returns the space for the input of a decision: at least `records` records and `text` bytes. The address of the text
    /// is a multiple of four. Returns `None` if memory is exhausted.
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

    /// Decides for the user whose key is the start of the text, and whose attributes are in the records. A key of length 0
    /// is no key. `now` is the current time in milliseconds since 1970.
    #[inline]
    pub fn decide(&mut self, handle: usize, key_length: usize, now: i64) -> &[Assignment] {
        let ruleset = self.rulesets.get(handle.wrapping_sub(1)).and_then(Option::as_ref);
        let (Some(ruleset), Some(key)) = (ruleset, self.input.text().get(..key_length)) else { return &[] };
        ruleset.decide(&Request::new(UserKey::from_utf8(key).ok(), &self.input, now), &mut self.buffer)
    }
}

impl Default for DecideState {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns a vector of `length` default values, or `None` if memory is exhausted.
pub(crate) fn zeros<T: Clone + Default>(length: usize) -> Option<Vec<T>> {
    let mut room = Vec::new();
    room.try_reserve_exact(length).ok()?;
    room.resize(length, T::default());
    Some(room)
}
