//! The error of content that cannot be published.

use edgewise_engine::FromJsonError;

use crate::store::StoreError;

/// An error of content that cannot be published. Publishing is retried only after another change, unless the rows could not
/// be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::publisher) enum SnapshotError {
    #[error(transparent)]
    Rows(StoreError),
    #[error("experiment `{key}` cannot be published: {problem}")]
    Experiment { key: String, problem: serde_json::Error },
    #[error("the snapshot cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the snapshot cannot be read back: {0}")]
    Unreadable(#[from] FromJsonError),
    #[error("building the snapshot was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
    #[error("version {0} is higher than clients can represent")]
    TooHigh(u64),
}
