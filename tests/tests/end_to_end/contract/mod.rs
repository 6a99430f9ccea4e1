//! Every route, status code, header and shape that clients rely on, over HTTP.

mod allocations;
mod at_once;
mod audiences;
mod configs;
mod deciding;
mod environments;
mod experiments;
mod gateway;
mod general;
mod lists;
mod publishing;
mod rate_limit;
mod revisions;
mod stopping;
mod variants;
mod vectors;
mod versions;
mod whole;
