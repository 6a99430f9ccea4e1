use crate::services::{
    error::{CommonError, from_common_errors},
    versions::VersionError,
};

/// The failures of an import.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Another process has created the environment of the import.
    #[error("another process has created the environment in the meantime")]
    EnvironmentCreated,
    /// The publication status of the environment cannot be read.
    #[error(transparent)]
    Status(#[from] VersionError),
    /// A failure that every service can have.
    #[error(transparent)]
    Common(#[from] CommonError),
}

from_common_errors!(ImportError);

/// The result of an import.
pub(super) type Result<T> = std::result::Result<T, ImportError>;
