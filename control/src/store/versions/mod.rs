//! Versions: what is to be published, what is pending, what is live, and the history.

mod content;
mod history;
mod lease;
mod live;
mod pending;
mod row;
mod state;

pub use content::{Content, RunningExperiment};
pub use live::LiveVersion;
pub use row::Version;
pub use state::PublishState;
