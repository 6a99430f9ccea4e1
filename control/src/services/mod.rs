//! The operations on configuration. An operation that writes checks the request against the current state, changes the
//! database in one transaction, and publishes the change if the change affects what is live.

mod audiences;
mod change;
mod context;
mod environments;
mod error;
mod experiments;
pub mod imports;
mod rules;
mod versions;

pub use change::Outcome;
pub use context::Services;
pub use error::Result;
