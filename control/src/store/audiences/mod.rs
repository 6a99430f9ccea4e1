//! Audiences, and where they are used.

mod read;
pub(super) mod row;
mod uses;
mod write;
