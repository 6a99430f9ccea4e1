//! What editors work on, as plain Rust without a browser. Tested natively.

mod rules;
mod split;

pub(crate) use rules::Rules;
pub(crate) use split::Split;
