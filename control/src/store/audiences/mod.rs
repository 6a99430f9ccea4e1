//! Audiences and their uses.

mod read;
pub(super) mod row;
mod uses;
mod write;
