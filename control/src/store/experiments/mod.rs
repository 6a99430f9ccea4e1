//! Experiments, their variants and their allocations.

mod allocations;
mod content;
mod count;
mod filter;
mod list;
mod read;
pub(super) mod row;
mod running;
mod search;
pub(super) mod summary;
mod variants;
mod write;

pub use running::{RunningExperiment, RunningRows};
