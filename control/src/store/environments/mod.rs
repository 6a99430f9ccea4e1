//! Environments and their changes.

mod changes;
mod overview;
mod read;
pub(super) mod row;
mod write;

pub use changes::NumberedChange;
pub use overview::EnvironmentOverview;
