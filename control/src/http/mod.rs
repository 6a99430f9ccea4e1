//! What all planes share in speaking HTTP: bodies in, answers and errors out, metrics.

mod body;
mod metrics;
mod reply;
mod shell;

pub use body::{JsonBody, with_whole_body};
pub use metrics::{IfPanicking, Metrics, RouteMetrics};
pub use reply::{Failed, json_reply};
pub use shell::{not_found, shell};
