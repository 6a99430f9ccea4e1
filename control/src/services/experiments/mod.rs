//! Experiments, their variants and their allocations.

mod allocations;
mod create;
mod duplicate;
mod edit;
mod error;
mod publish;
mod read;
mod update;
mod variants;

pub use error::ExperimentError;
