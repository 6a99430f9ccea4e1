//! Snapshots: building them from content, renumbering them for a rollback, and compiling them, each of them once.
//!
//! | module | holds |
//! |---|---|
//! | `build` | building, renumbering and compiling snapshots |
//! | `experiments` | experiments: from rows to the snapshot, and from the snapshot to what is live |
//! | `compiled` | the rulesets of versions that are recorded, but not written yet |
//! | `error` | the error of content that cannot be published |

mod build;
mod compiled;
mod error;
mod experiments;

pub(super) use build::{Compilation, Compiled, build, compile, renumbered};
pub(super) use compiled::CompiledRulesets;
pub(super) use error::SnapshotError;
pub(super) use experiments::live_experiments;
