//! Experiments, their variants and their allocations.

mod allocations;
mod count;
mod list;
mod read;
pub(super) mod row;
mod search;
mod variants;
mod write;
