//! Versions: content to publish, pending versions, live versions, history.

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
