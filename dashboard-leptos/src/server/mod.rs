//! The server's side of the dashboard: routes, middleware, headers and assets.

mod assets;
pub(crate) mod context;
mod headers;
mod problem_status;
mod router;

pub use router::routes;
