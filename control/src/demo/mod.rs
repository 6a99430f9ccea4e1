//! Example data: the two environments of a shop, with two weeks of history. Each step in `steps.json` says how many hours ago
//! it happened. Steps are applied through the [`Services`](crate::services::Services), like the changes of people.

mod apply;
mod clock;
mod created;
mod fill;
mod step;

pub use clock::PastClock;
pub use fill::fill;
