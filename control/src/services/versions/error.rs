use crate::{
    publisher::PrepareError,
    services::error::{CommonError, from_common_errors},
};

/// The failures of the operations on versions.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// The version was never live, so its content cannot be restored.
    #[error("version {number} was never live: choose a version that was live")]
    NeverLive {
        /// The number of the version.
        number: i64,
    },
    /// Publishing of the environment is not on hold.
    #[error("publishing of the environment is not on hold: there is nothing to resume")]
    NotOnHold,
    /// The snapshot store failed. The text is for clients.
    #[error("{0}")]
    Objects(String),
    /// The content cannot be published. The text is for clients.
    #[error("{0}")]
    Content(String),
    /// A failure that every service can have.
    #[error(transparent)]
    Common(#[from] CommonError),
}

from_common_errors!(VersionError);

impl From<PrepareError> for VersionError {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Database(error) => error.into(),
            PrepareError::Objects(problem) => Self::Objects(problem),
            PrepareError::Content(problem) => Self::Content(problem),
        }
    }
}

/// The result of an operation on versions.
pub(super) type Result<T> = std::result::Result<T, VersionError>;
