//! Routes of experiments, their variants and their allocations.

pub(super) mod allocations;
pub(super) mod read;
pub(super) mod status;
pub(super) mod variants;
pub(super) mod write;
