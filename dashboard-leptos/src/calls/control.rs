//! The control plane's types that calls use, and conversions of its results.

pub(super) use edgewise_control::{
    actor::Actor,
    services::{Precondition, Services},
    store::{ExperimentFilter, ExperimentQuery, Stored},
};
use edgewise_control::{publisher, services};

use crate::model::{Changed, Publication, Saved};

/// The most environments, or audiences of an environment, that are listed without pagination.
pub(super) const MAX_LISTED: u64 = 1_000;

/// The precondition that a resource still has the given revision.
pub(super) fn at(revision: i64) -> Precondition {
    Precondition::Revisions(vec![revision])
}

impl From<publisher::Publication> for Publication {
    fn from(publication: publisher::Publication) -> Self {
        match publication {
            publisher::Publication::NotDue => Self::NotDue,
            publisher::Publication::Published => Self::Published,
            publisher::Publication::Failed(problem) => Self::Failed(problem),
        }
    }
}

impl<T> From<Stored<T>> for Saved<T> {
    fn from(Stored { value, revision }: Stored<T>) -> Self {
        Self { value, revision }
    }
}

impl<T> From<services::Changed<Stored<T>>> for Changed<Saved<T>> {
    fn from(changed: services::Changed<Stored<T>>) -> Self {
        Self { value: changed.value.into(), publication: changed.publication.into() }
    }
}

impl<T> From<services::Changed<T>> for Changed<T> {
    fn from(changed: services::Changed<T>) -> Self {
        Self { value: changed.value, publication: changed.publication.into() }
    }
}
