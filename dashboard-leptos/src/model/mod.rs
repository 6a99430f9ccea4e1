//! What editors work on, as plain Rust without a browser. Tested natively.

mod rules;
mod split;

pub(crate) use rules::{Condition, Kind, OPERATORS, Operand, Rules};
pub(crate) use split::Split;
