//! The HTTP routes of the control plane.
//!
//! | module | holds |
//! |---|---|
//! | `router` | the list of all routes, and the OpenAPI document |
//! | `environments`, `experiments`, `audiences`, `versions` | the handlers of each resource |
//! | `extract`, `query`, `body` | what handlers read: path parameters, the caller, query parameters, JSON bodies |
//! | `reply` | what handlers return |
//! | `params`, `problems`, `responses` | parameters, errors and replies in the OpenAPI document |

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
