//! The operations on configuration, each for a principal. An operation that writes checks the request against the current
//! state, changes the database in one unit of work, and publishes the change if the change affects what is live.

mod answer;
mod audiences;
mod blocking;
mod environments;
mod error;
mod experiments;
pub mod imports;
mod rules;
mod versions;
mod work;

pub use audiences::AudienceError;
pub use blocking::on_blocking_thread;
pub use environments::EnvironmentError;
pub use error::CommonError;
pub use experiments::ExperimentError;
pub use versions::{Difference, VersionError};
pub use work::{Outcome, Services};
