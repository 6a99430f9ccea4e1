//! The planes with their routes. All routes are visible in this folder, except for the routes of the control plane's
//! resources, which are in the control plane's crate.
//!
//! | module | holds |
//! |---|---|
//! | `serve` | all planes in one process |
//! | `control` | the control plane |
//! | `decide` | the decision plane |
//! | `gateway` | the reverse proxy in front of a control plane and a decision plane |
//! | `pages` | the dashboard of the control plane, at the gateway |
//! | `plane` | a running plane |
//! | `start` | starting a plane |
//! | `error` | the reasons why a plane cannot start |

mod control;
mod decide;
mod error;
mod gateway;
#[cfg(feature = "dashboard")]
mod pages;
mod plane;
mod serve;
mod start;

pub use error::{StartError, check_addresses};
pub use plane::Plane;
pub use start::start;
