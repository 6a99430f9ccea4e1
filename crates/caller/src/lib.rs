//! Who calls a service, at what time, and under which ids. Callers hand all three in, so that tests decide them.
//!
//! | module | holds |
//! |---|---|
//! | [`actor`] | who makes a change |
//! | [`clock`] | the current time, and how responses write a time |
//! | [`ids`] | new ids |
#![forbid(unsafe_code)]

pub mod actor;
pub mod clock;
pub mod ids;

pub use actor::Actor;
pub use clock::{Clock, SystemClock, iso8601};
pub use ids::{IdSource, RandomIds};
