//! The errors of compiling.

use alloc::string::String;

use crate::{ruleset::RulesetError, snapshot::SnapshotError};

/// The error of compiling a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// An experiment has more variants than a ruleset supports.
    #[error("experiment `{0}` has 65,535 or more variants")]
    TooManyVariants(String),
    /// The hashes of too many values of conditions collide.
    #[error("too many values of conditions have the same hash: remove values from the longest lists")]
    Collisions,
    /// The ruleset would be 4 GiB or larger.
    #[error("the snapshot is too large: its ruleset would be 4 GiB or larger")]
    TooLarge,
}

/// The error of compiling and loading the JSON of a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum FromJsonError {
    /// The JSON is not a snapshot, or the snapshot needs another engine.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The snapshot cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The compiled ruleset cannot be loaded, which is a bug in the engine.
    #[error(transparent)]
    Ruleset(#[from] RulesetError),
}
