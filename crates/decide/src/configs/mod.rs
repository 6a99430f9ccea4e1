//! `/configs/…`: the published objects, for browsers and workers.
//!
//! | module | holds |
//! |---|---|
//! | `route` | the route |
//! | `compressed` | objects after compression, each compressed once |

mod compressed;
mod route;

pub use route::{allow_any_origin, configs};
