//! The list of experiments.

mod list;

pub(crate) use list::list;
