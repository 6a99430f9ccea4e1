//! Calls for the list of experiments, for single experiments and for new ones.

mod create;
mod detail;
mod list;
mod status;

pub(crate) use create::*;
pub(crate) use detail::*;
pub(crate) use list::*;
pub(crate) use status::*;
