//! Calls for the list of audiences and for single audiences.

mod detail;
mod list;

pub(crate) use detail::*;
pub(crate) use list::*;
