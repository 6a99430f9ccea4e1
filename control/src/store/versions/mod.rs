//! Versions: content to publish, pending versions, live versions, history.

mod content;
mod history;
mod lease;
mod live;
mod pending;
pub(super) mod row;
mod state;

pub use content::{Content, RunningExperiment};
pub use row::{LiveVersion, PublishState, Version};
