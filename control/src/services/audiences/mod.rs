//! Audiences.

mod create;
mod delete;
mod error;
mod load;
mod read;
mod update;

pub use error::AudienceError;
