//! The server's side of the dashboard: routes, middleware, headers and assets.

mod assets;
pub(crate) mod context;
mod guard;
mod headers;
mod router;

pub use router::routes;
