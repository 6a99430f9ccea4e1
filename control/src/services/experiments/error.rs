use edgewise_api::{FieldPath, limits, resources::Status};

use crate::services::error::{CommonError, from_common_errors};

/// The failures of the operations on experiments, variants and allocations.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// Another experiment of the environment has the key.
    #[error("the environment has an experiment `{key}` already: choose another key")]
    KeyInUse {
        /// The key.
        key: String,
    },
    /// The environment has the maximum number of experiments.
    #[error(
        "the environment already has {} experiments, the maximum: delete an experiment first",
        limits::EXPERIMENTS
    )]
    TooManyExperiments,
    /// The audience belongs to another environment than the experiment.
    #[error(
        "the audience `{audience_id}` belongs to another environment: choose an audience of the experiment's environment"
    )]
    ForeignAudience {
        /// The id of the audience.
        audience_id: String,
    },
    /// The status does not allow the new status.
    #[error(
        "the status cannot change from `{from}` to `{to}`: DRAFT can change to RUNNING, RUNNING to PAUSED and back, and \
         each of these to ARCHIVED"
    )]
    StatusNotAllowed {
        /// The status of the experiment.
        from: Status,
        /// The status of the request.
        to: Status,
    },
    /// Another variant of the experiment has the key.
    #[error("the experiment has a variant `{key}` already: choose another key")]
    VariantKeyInUse {
        /// The key.
        key: String,
        /// The path of the key in the request.
        field: FieldPath,
    },
    /// The experiment would have too many variants.
    #[error("an experiment can have at most {} variants: delete a variant first", limits::VARIANTS)]
    TooManyVariants,
    /// An allocation names no variant of the experiment.
    #[error("the allocation {index} names no variant of the experiment")]
    UnknownVariant {
        /// The index of the allocation in the request.
        index: usize,
    },
    /// An allocation of a new experiment names no variant of the request.
    #[error("the allocation {index} names no variant of the request")]
    UnknownVariantKey {
        /// The index of the allocation in the request.
        index: usize,
    },
    /// Publishing of the environment is on hold.
    #[error("publishing of the environment is on hold after a rollback: resume publishing first")]
    OnHold,
    /// The environment cannot be published now.
    #[error("change {number} of the environment is saved, but not live: {problem}")]
    NotLive {
        /// The number of the change.
        number: i64,
        /// The problem of the publisher, for clients.
        problem: String,
    },
    /// A failure that every service can have.
    #[error(transparent)]
    Common(#[from] CommonError),
}

from_common_errors!(ExperimentError);

/// The result of an operation on experiments.
pub(super) type Result<T> = std::result::Result<T, ExperimentError>;
