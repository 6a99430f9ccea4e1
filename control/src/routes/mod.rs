//! The control plane's routes. All of them stand in `router`, with the OpenAPI document that describes them.

mod audiences;
mod body;
mod environments;
mod experiments;
mod extract;
mod params;
mod problems;
mod query;
mod reply;
mod responses;
mod router;
mod versions;

pub use router::{openapi, routes};
