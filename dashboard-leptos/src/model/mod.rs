//! What editors work on, as plain Rust without a browser. Tested natively.

mod basics;
pub(crate) mod key;
mod list;
mod rules;
mod split;

pub(crate) use basics::{Basics, text as json_text};
pub(crate) use list::List;
pub(crate) use rules::{Condition, Kind, OPERATORS, Operand, Rules};
pub(crate) use split::Split;
