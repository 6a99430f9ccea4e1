//! Decides by every available method and checks that all methods agree.

mod compiled;

pub(crate) use compiled::Compiled;
