//! The operations on configuration, each for a principal. An operation that writes checks the request against the current
//! state, changes the database in one unit of work, and publishes the change if the change affects what is live.

mod audiences;
mod blocking;
mod environments;
mod error;
mod experiments;
pub mod imports;
mod rules;
mod versions;
mod work;

pub use blocking::on_blocking_thread;
pub use error::Result;
pub use versions::Difference;
pub use work::{Outcome, Services};
