//! The planes, and which of them serves what. All routes are visible in this folder, except those of the control plane's
//! resources, which its own crate lists.
//!
//! | module | holds |
//! |---|---|
//! | `serve` | everything in one process |
//! | `control` | the control plane |
//! | `decide` | the decision plane |
//! | `gateway` | the reverse proxy before a control plane and a decision plane |
//! | `plane` | a plane that runs |
//! | `start` | starting a plane |
//! | `error` | why a plane cannot start |

mod control;
mod decide;
mod error;
mod gateway;
mod plane;
mod serve;
mod start;

pub use error::{StartError, check_address};
pub use plane::Plane;
pub use start::start;
