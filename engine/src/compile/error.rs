//! Why compiling fails.

use alloc::string::String;

use crate::{ruleset::RulesetError, snapshot::SnapshotError};

/// Why a snapshot cannot become a ruleset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// An experiment has more variants than a ruleset can number.
    #[error("experiment `{0}` has 65,535 or more variants")]
    TooManyVariants(String),
    /// The ruleset would have 4 GiB or more.
    #[error("the snapshot is too large")]
    TooLarge,
}

/// Why the JSON of a snapshot cannot be decided from.
#[derive(Debug, thiserror::Error)]
pub enum FromJsonError {
    /// It is no snapshot, or needs another engine.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// It cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// What was compiled cannot be loaded: a fault in the engine.
    #[error(transparent)]
    Ruleset(#[from] RulesetError),
}
