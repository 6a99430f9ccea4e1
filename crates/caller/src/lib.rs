//! The principal, the clock and the source of ids of a call to a service. The caller passes in all three, so that tests
//! can set them.
//!
//! | module | holds |
//! |---|---|
//! | [`principal`] | the caller: who calls, by which way, with which rights |
//! | [`actor`] | who calls |
//! | [`clock`] | the current time, and the format of times in responses |
//! | [`ids`] | new ids |
#![forbid(unsafe_code)]

pub mod actor;
pub mod clock;
pub mod ids;
pub mod principal;

pub use actor::Actor;
pub use clock::{Clock, SystemClock, iso8601};
pub use ids::{IdSource, RandomIds};
pub use principal::{Principal, Rights, Way};
