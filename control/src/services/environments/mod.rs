//! Environments.

mod create;
mod read;
mod summaries;
