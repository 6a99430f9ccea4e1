//! The server's side of the dashboard: routes, middleware, headers and assets.

mod accept;
mod assets;
mod base;
pub(crate) mod context;
mod headers;
mod negotiation;
mod problem_status;
mod refusals;
mod router;

pub use accept::accepts_html;
pub use negotiation::routes_beside;
pub use router::{page_paths, routes};
