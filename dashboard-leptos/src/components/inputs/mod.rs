//! Inputs without a visible label: a line, a selection, and a list of values. What they hold and how it changes are arguments, so
//! that all of their users share their code.

mod line;
mod list;
mod select;

pub(crate) use line::line;
pub(crate) use list::{ListInput, list};
pub(crate) use select::{Choice, options, select};
