//! Environments and their changes.

mod changes;
mod read;
pub(super) mod row;
mod write;

pub use changes::NumberedChange;
