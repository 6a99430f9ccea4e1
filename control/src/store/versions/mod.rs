//! Versions: content to publish, pending versions, live versions, history.

mod content;
mod history;
mod lease;
mod live;
mod live_experiments;
mod pending;
pub(super) mod row;
mod state;

pub use content::Content;
pub use live_experiments::LiveExperiment;
pub use row::{LiveVersion, PublishState, Version};
