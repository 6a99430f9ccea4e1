//! HTTP for every plane.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | the server: connections, time limits, a graceful end |
//! | [`app`] | what a server serves: routes, and a fast path ahead of the routes |
//! | [`fast_path`] | the trait that a fast path implements |
//! | [`shell`] | what every plane has around its routes |
//! | [`body`] | request bodies, bounded in size and time |
//! | [`response`] | JSON responses, and errors as responses |
//! | [`conditional`] | `If-Match`, `If-None-Match` and `ETag` |
//! | [`metrics`] | counters, and `GET /metrics` |
//! | [`proxy`] | the reverse proxy to another plane |
//! | [`limit`] | the rate limit by client address |
#![forbid(unsafe_code)]

pub mod app;
pub mod body;
pub mod conditional;
pub mod fast_path;
pub mod limit;
pub mod metrics;
pub mod proxy;
pub mod response;
pub mod server;
pub mod shell;

pub use app::App;
pub use body::{JsonBody, with_whole_body};
pub use conditional::IfMatch;
pub use fast_path::{FastPath, FastResponse};
pub use limit::{Allowance, Limiter, RateLimit};
pub use metrics::{IfPanicking, Metrics, RouteMetrics};
pub use proxy::{ProxyError, Upstream, UpstreamUrl};
pub use response::{Failed, json_reply};
pub use server::{ListenError, client_address};
pub use shell::{not_found, shell};
