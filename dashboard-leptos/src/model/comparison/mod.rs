//! The differences between two versions, for people. Computed and rendered on the server.

mod compare;
mod difference;
mod lines;
mod snapshot;

pub(crate) use compare::compare;
pub(crate) use difference::{Change, Comparison, Field, Item, Run};
