//! Inserting the resources of another system, with their ids, times and statuses.

mod read;
mod times;
mod write;

pub use times::Times;
