//! Conditions in normal form.

use alloc::{string::String, vec::Vec};

use serde_json::Value as Json;

use crate::{
    operators::Form,
    ruleset::{ValueId, ids, layout::kind},
};

ids! {
    /// The name of an attribute: an index in the order of first use. (An `AttributeId` is an index in the order of
    /// names.)
    NameId
}

/// A condition in normal form. Equivalent conditions are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SimpleCondition {
    pub(super) attribute: NameId,
    pub(super) form: Form,
    pub(super) operand: Operand,
}

/// What an attribute is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operand {
    Nothing,
    /// The values, in ascending order.
    Values(Vec<ValueId>),
    Threshold(Threshold),
    Text(String),
}

/// A double, as bits that sort in the order of doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Threshold(u64);

impl Threshold {
    pub(super) fn new(number: f64) -> Self {
        // Adding 0 turns -0 into 0.
        let bits = (number + 0.0).to_bits();
        Self(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
    }

    /// Returns a number that sorts in the order of doubles.
    pub(super) const fn order(self) -> u64 {
        self.0
    }

    pub(super) const fn from_order(order: u64) -> Self {
        Self(order)
    }

    pub(super) const fn bits(self) -> u64 {
        if self.0 >> 63 == 1 { self.0 & !(1 << 63) } else { !self.0 }
    }
}

/// A scalar that an attribute is compared with by equality.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar {
    String(String),
    /// The bits of a double; never the bits of -0.
    Number(u64),
    Bool(bool),
    Null,
}

impl Scalar {
    /// Returns `None` for arrays and objects, which equal nothing.
    pub(super) fn of(json: &Json) -> Option<Self> {
        match json {
            Json::String(text) => Some(Self::String(text.clone())),
            Json::Number(number) => number.as_f64().map(|number| Self::Number((number + 0.0).to_bits())),
            Json::Bool(value) => Some(Self::Bool(*value)),
            Json::Null => Some(Self::Null),
            Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// Returns the number of the scalar's type.
    pub(super) const fn kind(&self) -> u32 {
        match self {
            Self::String(_) => kind::STRING,
            Self::Number(_) => kind::NUMBER,
            Self::Bool(_) => kind::BOOL,
            Self::Null => kind::NULL,
        }
    }

    /// Returns the two words that contain the scalar. The words of a string are 0, because Text contains the string.
    pub(super) fn words(&self) -> [u32; 2] {
        match self {
            Self::Number(bits) => halves(*bits),
            Self::Bool(value) => [u32::from(*value), 0],
            Self::String(_) | Self::Null => [0, 0],
        }
    }
}

/// Returns the low and the high half of 64 bits.
#[expect(clippy::cast_possible_truncation, reason = "splits into halves")]
pub(super) const fn halves(bits: u64) -> [u32; 2] {
    [bits as u32, (bits >> 32) as u32]
}
