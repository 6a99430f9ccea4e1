//! Versions: history, differences, preview, rollback, and the live versions.

mod difference;
mod error;
mod history;
mod live;
mod lookup;
mod preview;
mod retry;
mod rollback;
mod status;

pub use difference::Difference;
pub use error::VersionError;
