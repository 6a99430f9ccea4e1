//! The list of environments, the history of an environment and the differences between versions.

mod differences;
mod list;
mod versions;

pub(crate) use differences::differences;
pub(crate) use list::list;
pub(crate) use versions::{comparison_links, unpublished, versions, waiting};
