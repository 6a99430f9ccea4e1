//! The control plane's types that calls use.

pub(super) use edgewise_api::{
    Revisioned,
    conditional::Precondition,
    resources::{AudienceFilter, ExperimentFilter, ExperimentQuery},
};
pub(super) use edgewise_caller::Principal;
pub(super) use edgewise_control::services::{Difference, Services, on_blocking_thread};

/// The maximum number of environments, or audiences of an environment, that are listed without pagination.
pub(super) const MAX_LISTED: u64 = 1_000;

/// The filter for the audiences of an environment.
pub(super) fn of_environment(id: &str) -> AudienceFilter<'_> {
    AudienceFilter { environment_id: Some(id), search: None }
}

/// The precondition that a resource still has the given revision.
pub(super) fn at(revision: i64) -> Precondition {
    Precondition::Revisions(vec![revision])
}
