//! Audiences and their uses.

mod filter;
mod read;
pub(super) mod row;
mod uses;
mod write;
