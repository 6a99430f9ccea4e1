//! What another system keeps, as far as Edgewise can take it over: with its ids, its times and its states.

use edgewise_api::{
    EnvironmentName,
    resources::{AllocationRequest, Status},
};
use serde_json::value::RawValue;

/// When something was created and last changed, in ms since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// When it was created.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
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
