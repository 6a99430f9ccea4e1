use serde_json::value::{RawValue, to_raw_value};

use super::{
    list::List,
    value::{Kind, Value},
};

/// The value that an attribute is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// No value, which differs from `null`.
    Absent,
    One(Value),
    Many(List),
}

impl Operand {
    /// Returns the list of values; of a single value, a list of it.
    pub(super) fn into_list(self) -> List {
        match self {
            Self::Absent => List::default(),
            Self::One(value) => List::from_json(value.text()).unwrap_or_else(|| List::of(value)),
            Self::Many(list) => list,
        }
    }

    /// Returns the value as JSON; `None` if there is none.
    pub(super) fn to_json(&self) -> Option<Box<RawValue>> {
        match self {
            Self::Absent => None,
            Self::One(value) => Some(value.to_json()),
            Self::Many(list) => {
                let values: Vec<_> = list.all().iter().map(Value::to_json).collect();
                to_raw_value(&values).ok()
            }
        }
    }

    /// Returns the problem with the value.
    pub(super) fn problem(&self) -> Option<String> {
        match self {
            Self::Absent => None,
            Self::One(value) if value.is_missing() => Some("is missing: enter a value".to_owned()),
            Self::One(value) if value.is_valid() => None,
            Self::One(value) => {
                let words = value.kind().words();
                Some(format!("must be {}, such as {}", words.noun, words.examples))
            }
            Self::Many(list) if list.all().is_empty() => {
                Some("is missing: enter at least one value, followed by Enter".to_owned())
            }
            Self::Many(_) => None,
        }
    }

    /// Sets the text of the single value, if there is one.
    pub(super) fn set_text(&mut self, text: String, kinds: &[Kind]) {
        if let Self::One(value) = self {
            value.set_text(text, kinds);
        }
    }
}
