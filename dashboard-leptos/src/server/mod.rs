//! The server's side of the dashboard: pages, their calls, and the files that browsers load.

mod assets;
pub(crate) mod context;
mod guard;
mod headers;
mod router;

pub use router::routes;
