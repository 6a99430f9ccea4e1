//! Audiences.

mod create;
mod error;
mod load;
mod read;
mod update;

pub use error::AudienceError;
