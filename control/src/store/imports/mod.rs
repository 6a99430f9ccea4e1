//! Writing what another system made: with its ids, its times and its states.

mod read;
mod times;
mod write;

pub use times::Times;
