//! Editable targeting rules. Rules that cannot be edited are kept as their original JSON.

mod condition;
mod entry;
mod list;
mod operand;
mod targeting;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use condition::Condition;
pub(crate) use entry::Entry;
pub(crate) use operand::Operand;
pub(crate) use targeting::Rules;
pub(crate) use value::Kind;
