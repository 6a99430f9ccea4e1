//! How two versions differ, as people read it. It is worked out and rendered on the server.

mod compare;
mod difference;
mod lines;
mod snapshot;

pub(crate) use compare::compare;
pub(crate) use difference::{Change, Comparison, Field, Run, Thing};
