//! Editable targeting rules. Rules that cannot be edited are kept as their original JSON.

mod condition;
mod targeting;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use condition::{Condition, Operand};
pub(crate) use targeting::Rules;
pub(crate) use value::Kind;
