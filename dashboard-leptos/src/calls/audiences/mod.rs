//! The list of audiences, and each of them.

mod detail;
mod list;

pub(crate) use detail::*;
pub(crate) use list::*;
