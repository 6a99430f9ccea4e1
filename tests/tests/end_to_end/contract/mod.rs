//! Every route, status code, header and shape that clients rely on, over HTTP.

mod allocations;
mod audiences;
mod configs;
mod deciding;
mod environments;
mod experiments;
mod general;
mod lists;
mod publishing;
mod rate_limit;
mod revisions;
mod variants;
mod vectors;
