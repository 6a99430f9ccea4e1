//! The control plane's types that calls use, and conversions of its results.

pub(super) use edgewise_api::{
    Revisioned,
    conditional::Precondition,
    resources::{AudienceFilter, ExperimentFilter, ExperimentQuery},
};
pub(super) use edgewise_caller::Principal;
use edgewise_control::services::Outcome;
pub(super) use edgewise_control::services::{Difference, Services, on_blocking_thread};

use crate::model::{Changed, Publication, Saved};

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

impl From<edgewise_api::Publication> for Publication {
    fn from(publication: edgewise_api::Publication) -> Self {
        match publication {
            edgewise_api::Publication::NotDue => Self::NotDue,
            edgewise_api::Publication::OnHold => Self::OnHold,
            edgewise_api::Publication::Published => Self::Published,
            edgewise_api::Publication::Failed(problem) => Self::Failed(problem),
        }
    }
}

impl<T> From<Revisioned<T>> for Saved<T> {
    fn from(Revisioned { value, revision }: Revisioned<T>) -> Self {
        Self { value, revision }
    }
}

impl<T> From<Outcome<Revisioned<T>>> for Changed<Saved<T>> {
    fn from(changed: Outcome<Revisioned<T>>) -> Self {
        Self { value: changed.value.into(), publication: changed.publication.into() }
    }
}

impl<T> From<Outcome<T>> for Changed<T> {
    fn from(changed: Outcome<T>) -> Self {
        Self { value: changed.value, publication: changed.publication.into() }
    }
}
