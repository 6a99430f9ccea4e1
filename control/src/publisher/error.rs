//! Why publishing, or preparing a version, failed.

use std::time::Duration;

use edgewise_objects::ObjectError;

use super::compile::CompileError;
use crate::store::StoreError;

/// How long one call of the object store may take.
pub(super) const OBJECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a step failed. It is tried again.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error(transparent)]
    Database(#[from] StoreError),
    #[error(transparent)]
    Objects(#[from] ObjectError),
    #[error("the snapshot store did not answer within {} s", OBJECT_TIMEOUT.as_secs())]
    Timeout,
    #[error("the snapshot store refuses a write, although nothing is in its way")]
    Contended,
    #[error("another process publishes the environment")]
    LeaseLost,
    #[error("the pending version cannot be compiled: {0}")]
    Unreadable(String),
}

impl Problem {
    /// What a client gets to see.
    pub(super) fn public(&self) -> String {
        match self {
            Self::Database(_) => "the database is not available".to_owned(),
            Self::Objects(ObjectError { action, path, .. }) => {
                format!("the snapshot store cannot {action} `{path}`")
            }
            problem => problem.to_string(),
        }
    }
}

/// Why a version could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unprepared {
    /// The database does not answer.
    #[error(transparent)]
    Database(#[from] StoreError),
    /// The snapshot store does not answer, and so no number can be taken. The text is for clients.
    #[error("{0}")]
    Objects(String),
    /// The content cannot be published. The text is for clients.
    #[error("{0}")]
    Content(String),
}

impl From<Problem> for Unprepared {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Database(error) => Self::Database(error),
            problem => Self::Objects(problem.public()),
        }
    }
}

impl From<CompileError> for Unprepared {
    fn from(problem: CompileError) -> Self {
        Self::Content(problem.to_string())
    }
}
