//! The HTTP routes of the control plane.
//!
//! | module | holds |
//! |---|---|
//! | `router` | the list of all routes, and the OpenAPI document |
//! | `environments`, `experiments`, `audiences`, `versions` | the handlers of each resource |
//! | `extract`, `query`, `body` | what handlers read: path parameters, the caller, query parameters, JSON bodies |
//! | `response` | the responses of handlers |
//! | `params`, `errors`, `described` | parameters, errors and responses in the OpenAPI document |

mod audiences;
mod body;
mod described;
mod environments;
mod errors;
mod experiments;
mod extract;
mod params;
mod query;
mod response;
mod router;
mod versions;

pub use router::{openapi, routes};
