//! The differences between two versions, for people. Computed and rendered on the server.

mod compare;
mod difference;
mod lines;
mod snapshot;

pub(crate) use compare::{compare, compare_unpublished};
pub(crate) use difference::{Change, Comparison, Field, Item, NotAsSaved, Run};
