//! The list of environments, each of them, and their histories.

mod detail;
mod history;
mod list;

pub(crate) use detail::*;
pub(crate) use history::*;
pub(crate) use list::*;
