//! Exposures of users to variants, queued in the isolate and sent in batches after responses.
//!
//! | module | holds |
//! |---|---|
//! | `queue` | [`Exposures`]: what waits, what is being sent, and which request sends next |
//! | `memory` | which exposures were recorded before |
//! | `pace` | pauses after failures of the receiver |

mod memory;
mod pace;
mod queue;

pub use pace::Outcome;
pub use queue::{Exposures, LIFETIME_MS, SEND_TIMEOUT_MS, Turn};
