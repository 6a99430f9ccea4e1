use crate::services::error::{CommonError, from_common_errors};

/// The failures of the operations on environments.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// Another environment has the name.
    #[error("there is an environment `{name}` already: choose another name")]
    NameInUse {
        /// The name.
        name: String,
    },
    /// A failure that every service can have.
    #[error(transparent)]
    Common(#[from] CommonError),
}

from_common_errors!(EnvironmentError);

/// The result of an operation on environments.
pub(super) type Result<T> = std::result::Result<T, EnvironmentError>;
