//! The HTTP layer of every plane.
//!
//! | module | holds |
//! |---|---|
//! | [`server`] | the server: connections, timeouts, graceful shutdown |
//! | [`app`] | the routes of a server, and a fast path ahead of the routes |
//! | [`fast_path`] | the trait of a fast path |
//! | [`common_routes`] | the routes and middleware that all planes have in common |
//! | [`body`] | request bodies with a size limit and a timeout |
//! | [`response`] | JSON responses and error responses |
//! | [`conditional`] | conditional requests: `If-Match`, `If-None-Match` and `ETag` |
//! | [`metrics`] | request metrics, and `GET /metrics` |
//! | [`proxy`] | the reverse proxy to another plane |
//! | [`front`] | what stands in front of a server: proxies, the public URL, and the pages of other sites |
//! | [`limit`] | the rate limit per client address |
#![forbid(unsafe_code)]

pub mod app;
pub mod body;
pub mod common_routes;
pub mod conditional;
pub mod fast_path;
pub mod front;
pub mod limit;
pub mod metrics;
pub mod proxy;
pub mod response;
pub mod server;

pub use app::App;
pub use body::{JsonBody, buffer_body};
pub use common_routes::{not_found, with_common_routes};
pub use conditional::IfMatch;
pub use fast_path::{FastPath, FastResponse};
pub use front::PublicUrl;
pub use limit::{Allowance, Limiter, RateLimit};
pub use metrics::{Metrics, OnPanic, RouteMetrics};
pub use proxy::{ProxyError, Upstream, UpstreamUrl};
pub use response::{ErrorResponse, json_response};
pub use server::{ListenError, client_address};
