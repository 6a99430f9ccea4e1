//! Taking over what the reference system keeps: ids, salts, states, times and version numbers stay as they are, so that
//! every user stays in the same variant.
//!
//! | module | knows |
//! |---|---|
//! | `rows` | what can be carried over of the reference's rows, and why the rest cannot |
//! | `snapshot` | the same rows, from a snapshot that the reference published |
//! | `plan` | what is to be done here: what is new, the same, or different and so left alone |
//! | `report` | a plan, for people |
//!
//! What reads a request reads the rows too, so whatever is carried over could have been made here, and what cannot be
//! is refused for the same reasons. [`Services::import`](crate::services::Services::import) does what is planned.

mod plan;
mod report;
mod rows;
mod snapshot;

use edgewise_api::{
    EnvironmentName,
    resources::{AllocationRequest, Status},
};
use serde_json::value::RawValue;

pub use crate::store::{ReferenceError, ReferenceRows, Times};
pub use plan::{EnvironmentPlan, Existing, Fate, Planned, dry_run, plan};
pub use snapshot::NotASnapshot;

/// What the reference keeps, as far as it can be carried over.
#[derive(Debug, Default)]
pub struct Reference {
    /// By name.
    pub environments: Vec<Environment>,
    /// What cannot be carried over.
    pub left_out: Vec<LeftOut>,
}

/// Something that cannot be carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Such as ``experiment `checkout` of `prod` ``.
    pub what: String,
    /// In one line.
    pub why: String,
}

/// An environment and all that belongs to it. What has no id gets one when it is written.
#[derive(Clone, Debug)]
pub struct Environment {
    /// A snapshot does not tell it.
    pub id: Option<String>,
    /// Unique.
    pub name: EnvironmentName,
    /// When it was made and changed.
    pub times: Times,
    /// The highest version that was published of it; 0 if none was.
    pub highest_version: u64,
    /// By creation.
    pub audiences: Vec<Audience>,
    /// By creation.
    pub experiments: Vec<Experiment>,
}

/// A named set of rules.
#[derive(Clone, Debug)]
pub struct Audience {
    /// A snapshot does not tell it.
    pub id: Option<String>,
    /// Unique in its environment.
    pub name: String,
    /// A JSON array.
    pub rules: Box<RawValue>,
    /// When it was made and changed.
    pub times: Times,
}

/// An experiment and all that belongs to it.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Unique.
    pub id: String,
    /// Unique in its environment.
    pub key: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Divides users into buckets.
    pub salt: String,
    /// Where it is in its life.
    pub status: Status,
    /// The name of its audience.
    pub audience: Option<String>,
    /// Its own rules, a JSON array.
    pub targeting_rules: Option<Box<RawValue>>,
    /// When it was made and changed.
    pub times: Times,
    /// By creation.
    pub variants: Vec<Variant>,
    /// In their order.
    pub allocations: Vec<Allocation>,
}

/// What users can get.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Unique.
    pub id: String,
    /// Unique in its experiment.
    pub key: String,
    /// For people.
    pub name: String,
    /// A JSON object.
    pub payload: Option<Box<RawValue>>,
}

/// Who gets a variant.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// A snapshot does not tell it.
    pub id: Option<String>,
    /// Which buckets get which variant.
    pub range: AllocationRequest,
}

impl Reference {
    /// What can be carried over of the reference's rows. `now` is taken for times that they do not tell, in ms since 1970.
    #[must_use]
    pub fn of_rows(rows: &ReferenceRows, now: i64) -> Self {
        rows::read(rows, now)
    }

    /// What can be carried over of a snapshot: the running experiments, whose names are their keys, and audiences that are
    /// named after the first experiment that has them.
    ///
    /// # Errors
    /// [`NotASnapshot`] if it is none.
    pub fn of_snapshot(json: &[u8], now: i64) -> Result<Self, NotASnapshot> {
        Ok(rows::read(&snapshot::rows(json)?, now))
    }
}
