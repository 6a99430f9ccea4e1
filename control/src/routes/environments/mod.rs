//! Routes of environments.

pub(super) mod read;
pub(super) mod write;
