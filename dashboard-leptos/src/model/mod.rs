//! What editors work on, as plain Rust without a browser. Tested natively.

mod comparison;
mod rules;
mod split;

#[cfg(not(target_family = "wasm"))]
pub(crate) use comparison::compare;
pub(crate) use comparison::{Change, Comparison, Field, Run, Thing};
pub(crate) use rules::{Condition, Kind, OPERATORS, Operand, Rules};
pub(crate) use split::Split;
