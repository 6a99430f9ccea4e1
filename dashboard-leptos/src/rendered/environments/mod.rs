//! The list of environments, the history of one, and how its versions differ.

mod differences;
mod list;
mod versions;

pub(crate) use differences::differences;
pub(crate) use list::list;
pub(crate) use versions::{choice, versions, waiting};
