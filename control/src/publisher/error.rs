//! Errors of publishing.

use std::time::Duration;

use edgewise_objects::{ObjectError, Problem};

use super::snapshot::SnapshotError;
use crate::store::StoreError;

/// The timeout of one call of the object store.
pub(super) const OBJECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What to do if the file system of the snapshot directory fails.
const CHECK_DIRECTORY: &str = "check that the snapshot directory exists, that its disk has space, and that nothing else is in the file's place";

/// An error of a step. The step is retried.
#[derive(Debug, thiserror::Error)]
pub(super) enum PublishError {
    #[error(transparent)]
    Database(#[from] StoreError),
    #[error(transparent)]
    Objects(#[from] ObjectError),
    #[error("the snapshot store did not respond within {} s: check that it is running", OBJECT_TIMEOUT.as_secs())]
    Timeout,
    #[error(
        "the snapshot store rejects a conditional write, although the condition is met: check that the store supports `If-Match` \
         and `If-None-Match` on writes"
    )]
    Contended,
    #[error("another process is publishing the environment")]
    LeaseLost,
    #[error("the pending version cannot be compiled: {0}")]
    Unreadable(String),
}

impl PublishError {
    /// Returns the message for clients.
    pub(super) fn public_message(&self) -> String {
        match self {
            Self::Database(_) => "the database is not available: check that it is running".to_owned(),
            Self::Objects(ObjectError { action, path, source }) => {
                let message = format!("the snapshot store cannot {action} `{path}`");
                match source {
                    Problem::Refused(refusal) => format!("{message}: {refusal}"),
                    // The whole error can name paths of this machine.
                    Problem::File(error) => format!("{message}: {}: {CHECK_DIRECTORY}", error.kind()),
                    Problem::Unreachable(_) => {
                        format!(
                            "{message}: the store cannot be reached: check its address, and that it is running"
                        )
                    }
                    Problem::Incomplete(_) => {
                        format!("{message}: the response is incomplete: check the connection to the store")
                    }
                    Problem::Failed(reason) => format!("{message}: {reason}: check the store and its log"),
                }
            }
            problem => problem.to_string(),
        }
    }

    /// Returns whether a further attempt may succeed although nobody repairs anything.
    pub(super) fn waiting_helps(&self) -> bool {
        match self {
            Self::Objects(error) => error.source.waiting_helps(),
            _ => true,
        }
    }
}

/// An error of preparing a version.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrepareError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] StoreError),
    /// The snapshot store failed, so the next number is not known. The text is for clients.
    #[error("{0}")]
    Objects(String),
    /// The content cannot be published. The text is for clients.
    #[error("{0}")]
    Content(String),
}

impl From<PublishError> for PrepareError {
    fn from(problem: PublishError) -> Self {
        match problem {
            PublishError::Database(error) => Self::Database(error),
            problem => Self::Objects(problem.public_message()),
        }
    }
}

impl From<SnapshotError> for PrepareError {
    fn from(problem: SnapshotError) -> Self {
        match problem {
            SnapshotError::Rows(error) => Self::Database(error),
            problem => Self::Content(problem.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn clients_learn_the_kind_of_a_failure_and_what_to_do_but_no_address() {
        let message = |source| {
            let path = "configs/prod/version.json".to_owned();
            PublishError::Objects(ObjectError { action: "write", path, source }).public_message()
        };
        let address = "tcp connect error: 10.0.0.7:8333: connection refused".to_owned();
        let expected = "the snapshot store cannot write `configs/prod/version.json`";
        for (problem, reason) in [
            (Problem::Unreachable(address.clone()), "the store cannot be reached: check its address"),
            (Problem::Incomplete(address), "the response is incomplete: check the connection"),
            (
                Problem::Failed("the response has no ETag".to_owned()),
                "the response has no ETag: check the store",
            ),
            (
                Problem::File(ErrorKind::StorageFull.into()),
                "no storage space: check that the snapshot directory",
            ),
        ] {
            let message = message(problem);
            assert!(message.starts_with(&format!("{expected}: {reason}")), "{message}");
            assert!(!message.contains("10.0.0.7"), "{message}");
        }
    }
}
