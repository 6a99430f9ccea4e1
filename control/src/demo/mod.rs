//! Example data: two environments as a shop would have them, with two weeks of history. It comes from `steps.json`, where each
//! step says how many hours ago it was taken; they are taken through the [`Services`](crate::services::Services), as people's are.

mod clock;
mod fill;
mod made;
mod step;
mod take;

pub use clock::PastClock;
pub use fill::fill;
