//! Routes of audiences.

pub(super) mod read;
pub(super) mod write;
