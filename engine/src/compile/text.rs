use alloc::{collections::BTreeMap, string::String, vec::Vec};

use super::error::CompileError;

/// The text of a ruleset under construction.
#[derive(Debug, Default)]
pub(super) struct Text {
    text: Vec<u8>,
    /// The offsets and lengths of interned texts.
    interned: BTreeMap<String, (u32, u32)>,
}

impl Text {
    /// Calls `append`, which appends a part.
    pub(super) fn write(&mut self, append: impl FnOnce(&mut Vec<u8>)) {
        append(&mut self.text);
    }

    /// Returns the offset of the next part.
    pub(super) fn end(&self) -> Result<u32, CompileError> {
        u32::try_from(self.text.len()).map_err(|_| CompileError::TooLarge)
    }

    /// Appends a text unless the same text is interned already. Returns offset and length, which are meaningless beyond
    /// 4 GiB; the writer rejects such rulesets.
    pub(super) fn intern(&mut self, part: &str) -> (u32, u32) {
        if let Some(place) = self.interned.get(part) {
            return *place;
        }
        let place = self.add(part);
        self.interned.insert(part.into(), place);
        place
    }

    /// Appends a text. Returns offset and length.
    #[expect(clippy::cast_possible_truncation, reason = "the writer rejects larger rulesets")]
    pub(super) fn add(&mut self, part: &str) -> (u32, u32) {
        let offset = self.text.len() as u32;
        self.text.extend_from_slice(part.as_bytes());
        (offset, part.len() as u32)
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text
    }
}
