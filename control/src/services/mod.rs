//! What can be done with configuration. Each service checks the request against the state of things, changes
//! the database in one transaction, and has the change published if it is to be.

mod audiences;
mod change;
mod context;
mod environments;
mod error;
mod experiments;
pub mod imports;
mod rules;
mod versions;

pub use change::Changed;
pub use context::Services;
pub use error::Result;
