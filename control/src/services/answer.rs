//! The failures of services as errors of the API. No other place decides which kind, field and message a client gets.

use std::error::Error;

use edgewise_api::{ApiError, ErrorKind, FieldPath};

use super::{
    audiences::AudienceError, environments::EnvironmentError, error::CommonError,
    experiments::ExperimentError, imports::ImportError, versions::VersionError,
};
use crate::store::StoreError;

impl From<CommonError> for ApiError {
    fn from(failure: CommonError) -> Self {
        match failure {
            CommonError::NotFound { .. } => Self::not_found(failure.to_string()),
            CommonError::Stale(stale) => stale.into(),
            CommonError::Store(StoreError::Unavailable(error)) => {
                tracing::warn!(%error, "a request to the database failed");
                Self::unavailable("the database is not available: try again in a moment")
            }
            CommonError::Store(StoreError::Duplicate(_)) => {
                Self::conflict("the name or key is already in use: choose another one")
            }
            CommonError::Store(StoreError::Failed(error)) => internal(&error),
            CommonError::Internal(error) => internal(error.as_ref()),
        }
    }
}

impl From<EnvironmentError> for ApiError {
    fn from(failure: EnvironmentError) -> Self {
        match failure {
            EnvironmentError::NameInUse { .. } => {
                of(&failure, ErrorKind::Conflict).on_field(FieldPath::of("name"))
            }
            EnvironmentError::Common(failure) => failure.into(),
        }
    }
}

impl From<AudienceError> for ApiError {
    fn from(failure: AudienceError) -> Self {
        match failure {
            AudienceError::NameInUse { .. } => {
                of(&failure, ErrorKind::Conflict).on_field(FieldPath::of("name"))
            }
            AudienceError::InUse => of(&failure, ErrorKind::Conflict),
            AudienceError::Common(failure) => failure.into(),
        }
    }
}

impl From<ExperimentError> for ApiError {
    fn from(failure: ExperimentError) -> Self {
        match failure {
            ExperimentError::KeyInUse { .. } => {
                of(&failure, ErrorKind::Conflict).on_field(FieldPath::of("key"))
            }
            ExperimentError::ForeignAudience { .. } => {
                of(&failure, ErrorKind::Unprocessable).on_field(FieldPath::of("audienceId"))
            }
            ExperimentError::StatusNotAllowed { .. } => {
                of(&failure, ErrorKind::Unprocessable).on_field(FieldPath::of("status"))
            }
            ExperimentError::TooManyExperiments | ExperimentError::TooManyVariants => {
                of(&failure, ErrorKind::Unprocessable)
            }
            ExperimentError::VariantKeyInUse { ref field, .. } => {
                let field = field.clone();
                of(&failure, ErrorKind::Conflict).on_field(field)
            }
            ExperimentError::UnknownVariant { index } => Self::invalid_field(
                FieldPath::of("allocations").at(index).then("variantId"),
                "must be the id of a variant of the experiment",
            ),
            ExperimentError::UnknownVariantKey { index } => Self::invalid_field(
                FieldPath::of("allocations").at(index).then("variant"),
                "must be the key of a variant in `variants`",
            ),
            ExperimentError::OnHold => of(&failure, ErrorKind::Conflict),
            ExperimentError::NotLive { .. } => of(&failure, ErrorKind::Internal),
            ExperimentError::Common(failure) => failure.into(),
        }
    }
}

impl From<VersionError> for ApiError {
    fn from(failure: VersionError) -> Self {
        match failure {
            VersionError::NeverLive { .. } | VersionError::NotOnHold => of(&failure, ErrorKind::Conflict),
            VersionError::Objects(problem) => Self::unavailable(problem),
            VersionError::Content(problem) => Self::unprocessable(problem),
            VersionError::Common(failure) => failure.into(),
        }
    }
}

impl From<ImportError> for ApiError {
    fn from(failure: ImportError) -> Self {
        match failure {
            ImportError::EnvironmentCreated => of(&failure, ErrorKind::Conflict),
            ImportError::Status(failure) => failure.into(),
            ImportError::Common(failure) => failure.into(),
        }
    }
}

/// Returns the error whose message is the text of a failure.
fn of(failure: &dyn Error, kind: ErrorKind) -> ApiError {
    ApiError::new(kind, failure.to_string())
}

/// Logs an error that the client did not cause, under an id. The client receives only the id.
fn internal(error: &dyn Error) -> ApiError {
    let id = uuid::Uuid::new_v4();
    tracing::error!(%id, %error, "internal error");
    ApiError::internal(format!("internal error {id}: the server has logged the details under this id"))
}
