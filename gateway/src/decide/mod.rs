//! The decision plane: keeps each environment's published snapshot in memory, and decides from it.
//!
//! | module | holds |
//! |---|---|
//! | `source` | reading a snapshot store, in a directory, a bucket or over HTTP |
//! | `slot` | what is held of one environment |
//! | `cache` | all environments that are held: loading on first use, polling, swapping |
//! | `push` | hearing of new versions ahead of the next look |
//! | `routes` | `decide` |
//! | `configs` | `/configs/…`: the published snapshots, for browsers and workers |

mod cache;
mod configs;
mod push;
pub(crate) mod routes;
mod slot;
mod source;

pub use cache::{Cache, KEPT_ENVIRONMENTS};
pub use configs::{configs, open_to_all};
pub use push::{follow, heed_live};
pub use routes::{Deciding, limited};
pub use source::{Source, SourceError};
