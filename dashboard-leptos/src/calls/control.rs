//! What calls take from the control plane, and how its results become those of calls.

pub(super) use edgewise_control::{
    actor::Actor,
    services::{Precondition, Services},
    store::{ExperimentFilter, ExperimentQuery, Stored},
};
use edgewise_control::{publisher, services::Changed};

use crate::model::{Done, Kept, Publication};

/// How many environments, or audiences of one, are listed where they are not listed by pages.
pub(super) const MOST_LISTED: u64 = 1_000;

/// Only that revision may be overwritten.
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

impl<T> From<Stored<T>> for Kept<T> {
    fn from(Stored { value, revision }: Stored<T>) -> Self {
        Self { value, revision }
    }
}

impl<T> From<Changed<Stored<T>>> for Done<Kept<T>> {
    fn from(changed: Changed<Stored<T>>) -> Self {
        Self { value: changed.value.into(), publication: changed.publication.into() }
    }
}

impl<T> From<Changed<T>> for Done<T> {
    fn from(changed: Changed<T>) -> Self {
        Self { value: changed.value, publication: changed.publication.into() }
    }
}
