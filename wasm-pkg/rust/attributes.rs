//! A user's attributes as JavaScript writes them into linear memory.

use alloc::vec::Vec;

use edgewise_engine::{Attributes, Scalar};

/// An attribute. Strings are stored in a separate text.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Record {
    /// One of the [`kind`]s.
    pub kind: u32,
    /// The length of a string, in bytes.
    pub length: u32,
    /// The bits of a double, or the offset of a string in the text.
    pub bits: u64,
}

/// The kinds of [`Record`]s.
pub mod kind {
    /// The context has no such attribute.
    pub const MISSING: u32 = 0;
    /// `null`
    pub const NULL: u32 = 1;
    /// `false`
    pub const FALSE: u32 = 2;
    /// `true`
    pub const TRUE: u32 = 3;
    /// A number.
    pub const NUMBER: u32 = 4;
    /// A string.
    pub const STRING: u32 = 5;
    /// An array or an object.
    pub const COMPOSITE: u32 = 6;
}

/// The input of a decision, written by JavaScript: texts, the user key first, and the attributes of the ruleset, in the
/// ruleset's order.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub(crate) records: Vec<Record>,
    pub(crate) text: Vec<u8>,
    /// The offset of the first text, whose address is aligned for words.
    pub(crate) first: usize,
}

impl Input {
    pub(crate) fn text(&self) -> &[u8] {
        self.text.get(self.first..).unwrap_or_default()
    }
}

impl Attributes for Input {
    #[inline]
    fn attribute(&self, number: usize, _name: &str) -> Scalar<'_> {
        let Some(record) = self.records.get(number) else { return Scalar::Missing };
        match record.kind {
            kind::NULL => Scalar::Null,
            kind::FALSE => Scalar::Bool(false),
            kind::TRUE => Scalar::Bool(true),
            kind::NUMBER => Scalar::Number(f64::from_bits(record.bits)),
            kind::STRING => {
                #[expect(clippy::cast_possible_truncation, reason = "memory is smaller than 4 GiB")]
                let first = record.bits as usize;
                let bytes = self.text().get(first..first.saturating_add(record.length as usize));
                Scalar::String(core::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default())
            }
            kind::COMPOSITE => Scalar::Composite,
            _ => Scalar::Missing,
        }
    }
}
