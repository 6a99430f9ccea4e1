//! The database of the control plane, and the only place with its SQL. The module is internal, and `pub` for the tests
//! of this crate only.
//!
//! Services begin a [`Tx`], read and write through the transaction, and commit the transaction. Each resource has a
//! folder for its statements.
//!
//! | module | holds |
//! |---|---|
//! | `connection` | [`Store`] and [`Tx`] |
//! | `error` | errors of the store |
//! | `schema` | the migrations |
//! | `environments`, `experiments`, `audiences`, `versions` | the statements of each resource |
//! | `search` | searching names and keys |
//! | `imports` | statements that write resources of another system |
//! | `collect` | rows grouped by a key |

mod audiences;
mod collect;
mod connection;
mod environments;
mod error;
mod experiments;
mod imports;
mod schema;
mod search;
mod versions;

pub use connection::{Store, Tx};
pub use environments::{EnvironmentOverview, NumberedChange};
pub use error::{Result, StoreError};
pub use experiments::{RunningExperiment, RunningRows};
pub use imports::Times;
pub use versions::{Content, LiveExperiment, LiveVersion, PublishState, Version};
