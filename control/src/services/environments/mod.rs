//! Environments.

mod create;
mod error;
mod read;
mod summaries;

pub use error::EnvironmentError;
