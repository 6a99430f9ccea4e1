//! Deciding in every way there is, which must come to the same.

mod compiled;

pub(crate) use compiled::Compiled;
