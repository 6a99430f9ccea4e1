//! Targeting rules, as they are edited. What they were read from, they are written as: nothing gets lost that cannot be
//! edited.

mod condition;
mod targeting;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use condition::{Condition, OPERATORS, Operand};
pub(crate) use targeting::Rules;
pub(crate) use value::Kind;
