//! What pages ask the server and have it do. Each call runs on the server, wherever it is made: a page that is rendered
//! there calls it as a function, a page in a browser by HTTP.
//!
//! Calls that read are `GET`s; those that change something are `POST`s, and refused when a page of another site makes them.
//! Input is read by what reads the same of the REST API, so that a problem's message names the field.

mod answer;
mod audiences;
mod change;
mod environments;
mod experiment;
mod experiments;
mod loading;
mod overview;
mod protocol;
#[cfg(target_family = "wasm")]
mod sending;
mod versions;

use serde::{Deserialize, Serialize};

pub(crate) use answer::{is_none, read};
pub(crate) use audiences::*;
pub(crate) use change::{Change, Sent};
pub(crate) use environments::*;
pub(crate) use experiment::*;
pub(crate) use experiments::*;
pub(crate) use loading::Loading;
pub(crate) use overview::*;
use protocol::{Read, Write};
pub(crate) use versions::*;

/// How many environments, or audiences of one, are listed where they are not listed by pages.
#[cfg(not(target_family = "wasm"))]
const MOST_LISTED: u64 = 1_000;

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Publication {
    /// It needs no publishing, or is held back until publishing is resumed.
    NotDue,
    /// It is live.
    Published,
    /// It is kept, and not live yet, for this reason.
    Failed(String),
}

/// A value as it is kept, with the revision that a change of it must name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept<T> {
    /// The value.
    pub(crate) value: T,
    /// Counts its changes.
    pub(crate) revision: i64,
}

/// A change that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Done<T> {
    /// What there is now.
    pub(crate) value: T,
    /// Whether it is live.
    pub(crate) publication: Publication,
}

#[cfg(not(target_family = "wasm"))]
mod kept {
    use edgewise_api::Revisioned;
    use edgewise_api::conditional::Precondition;
    use edgewise_control::services::Outcome as Changed;

    use super::{Done, Kept, Publication};

    impl From<edgewise_api::Publication> for Publication {
        fn from(publication: edgewise_api::Publication) -> Self {
            match publication {
                edgewise_api::Publication::NotDue => Self::NotDue,
                edgewise_api::Publication::Published => Self::Published,
                edgewise_api::Publication::Failed(problem) => Self::Failed(problem),
            }
        }
    }

    impl<T> From<Revisioned<T>> for Kept<T> {
        fn from(Revisioned { value, revision }: Revisioned<T>) -> Self {
            Self { value, revision }
        }
    }

    impl<T> From<Changed<Revisioned<T>>> for Done<Kept<T>> {
        fn from(changed: Changed<Revisioned<T>>) -> Self {
            Self { value: changed.value.into(), publication: changed.publication.into() }
        }
    }

    impl<T> From<Changed<T>> for Done<T> {
        fn from(changed: Changed<T>) -> Self {
            Self { value: changed.value, publication: changed.publication.into() }
        }
    }

    /// Only that revision may be overwritten.
    pub(crate) fn at(revision: i64) -> Precondition {
        Precondition::Revisions(vec![revision])
    }
}

#[cfg(not(target_family = "wasm"))]
pub(crate) use kept::at;
