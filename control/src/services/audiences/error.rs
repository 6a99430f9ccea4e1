use crate::services::error::{CommonError, from_common_errors};

/// The failures of the operations on audiences.
#[derive(Debug, thiserror::Error)]
pub enum AudienceError {
    /// Another audience of the environment has the name.
    #[error("the environment has an audience `{name}` already: choose another name")]
    NameInUse {
        /// The name.
        name: String,
    },
    /// Experiments use the audience.
    #[error("experiments use this audience: choose another audience for these experiments first")]
    InUse,
    /// A failure that every service can have.
    #[error(transparent)]
    Common(#[from] CommonError),
}

from_common_errors!(AudienceError);

/// The result of an operation on audiences.
pub(super) type Result<T> = std::result::Result<T, AudienceError>;
