//! The resources of another system that Edgewise can import, with their ids, times and statuses.

use edgewise_api::{
    EnvironmentName,
    resources::{AllocationRequest, Status},
};
use serde_json::value::RawValue;

/// The times of a resource, in ms since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// The time of creation.
    pub created_at: i64,
    /// The time of the last change.
    pub updated_at: i64,
}

/// An environment with its audiences and experiments. A resource without an id gets an id when it is written.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The id; a snapshot does not contain it.
    pub id: Option<String>,
    /// The name; unique.
    pub name: EnvironmentName,
    /// The times of creation and of the last change.
    pub times: Times,
    /// The highest published version; 0 if no version was published.
    pub highest_version: u64,
    /// The audiences, in the order they were created.
    pub audiences: Vec<Audience>,
    /// The experiments, in the order they were created.
    pub experiments: Vec<Experiment>,
}

/// A named set of targeting rules.
#[derive(Clone, Debug)]
pub struct Audience {
    /// The id; a snapshot does not contain it.
    pub id: Option<String>,
    /// The name; unique in the environment.
    pub name: String,
    /// The targeting rules: a JSON array.
    pub rules: Box<RawValue>,
    /// The times of creation and of the last change.
    pub times: Times,
}

/// An experiment with its variants and allocations.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// The id; unique.
    pub id: String,
    /// The key; unique in the environment.
    pub key: String,
    /// The display name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// The salt that assigns users to buckets.
    pub salt: String,
    /// The status.
    pub status: Status,
    /// The name of its audience.
    pub audience: Option<String>,
    /// Its own targeting rules: a JSON array.
    pub targeting_rules: Option<Box<RawValue>>,
    /// The times of creation and of the last change.
    pub times: Times,
    /// The variants, in the order they were created.
    pub variants: Vec<Variant>,
    /// The allocations, in their order.
    pub allocations: Vec<Allocation>,
}

/// A variant of an experiment.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The id; unique.
    pub id: String,
    /// The key; unique in the experiment.
    pub key: String,
    /// The display name.
    pub name: String,
    /// The payload: a JSON object.
    pub payload: Option<Box<RawValue>>,
}

/// A range of buckets that get a variant.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// The id; a snapshot does not contain it.
    pub id: Option<String>,
    /// The buckets and the variant.
    pub range: AllocationRequest,
}
