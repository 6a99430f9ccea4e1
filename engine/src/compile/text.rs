use alloc::{collections::BTreeMap, string::String, vec::Vec};

use super::error::CompileError;
use crate::json::push_string;

/// The text of a ruleset as it grows.
#[derive(Debug, Default)]
pub(super) struct Text {
    text: Vec<u8>,
    /// Where the texts stand that were interned.
    interned: BTreeMap<String, (u32, u32)>,
}

impl Text {
    pub(super) fn push(&mut self, part: &str) {
        self.text.extend_from_slice(part.as_bytes());
    }

    /// Adds a JSON string.
    pub(super) fn push_json(&mut self, value: &str) {
        push_string(&mut self.text, value);
    }

    /// Where the next part will begin.
    pub(super) fn end(&self) -> Result<u32, CompileError> {
        u32::try_from(self.text.len()).map_err(|_| CompileError::TooLarge)
    }

    /// Adds a text, if it is not there yet: offset and length. Beyond 4 GiB they mean nothing, and the writer refuses.
    pub(super) fn intern(&mut self, part: &str) -> (u32, u32) {
        if let Some(place) = self.interned.get(part) {
            return *place;
        }
        let place = self.add(part);
        self.interned.insert(part.into(), place);
        place
    }

    /// Adds a text: offset and length.
    #[expect(clippy::cast_possible_truncation, reason = "the writer refuses what is longer")]
    pub(super) fn add(&mut self, part: &str) -> (u32, u32) {
        let offset = self.text.len() as u32;
        self.text.extend_from_slice(part.as_bytes());
        (offset, part.len() as u32)
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text
    }
}
