//! Environments, and the numbering of their changes.

mod changes;
mod read;
pub(super) mod row;
mod write;

pub use changes::Change;
