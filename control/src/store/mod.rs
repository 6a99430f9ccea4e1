//! The database of the control plane: the only place that knows its SQL.
//!
//! Services begin a [`Tx`], read rows or make changes through it, and commit it. One folder holds the statements of each
//! resource.
//!
//! | module | holds |
//! |---|---|
//! | `connection` | [`Store`] and [`Tx`] |
//! | `error` | failures |
//! | `schema` | the migrations |
//! | `environments`, `experiments`, `audiences`, `versions` | the statements of each resource |
//! | `imports` | statements that write what another system made |
//! | `collect` | rows collected by a key |

mod audiences;
mod collect;
mod connection;
mod environments;
mod error;
mod experiments;
mod imports;
mod schema;
mod versions;

pub use connection::{Store, Tx};
pub use environments::Change;
pub use error::{Result, StoreError};
pub use imports::Times;
pub use versions::{Content, LiveVersion, PublishState, RunningExperiment, Version};
