use serde::{Deserialize, Serialize};

use super::{Allocation, Audience, Environment, PublicationStatus, Status, Version};

/// A summary of an environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentSummary {
    /// The environment.
    pub environment: Environment,
    /// The publication status.
    pub publication: PublicationStatus,
    /// The newest version, if there is one.
    pub latest: Option<Version>,
    /// The number of experiments.
    pub experiments: StatusCounts,
    /// The number of experiments that are running but not live, or live but not running, by saved status.
    pub not_as_saved: StatusCounts,
    /// The number of deleted experiments that the live version still contains.
    pub deleted_but_live: u64,
    /// The experiments that were changed last, the most recent first.
    pub changed: Vec<ExperimentSummary>,
}

/// An audience with the number of its uses.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AudienceSummary {
    /// The audience.
    pub audience: Audience,
    /// The number of experiments that use the audience.
    pub uses: StatusCounts,
}

/// The uses of an audience.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AudienceUses {
    /// The number of experiments that use the audience.
    pub counts: StatusCounts,
    /// The first of these experiments: running, then paused, draft and archived experiments.
    pub experiments: Vec<ExperimentSummary>,
}

/// The number of experiments of each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCounts([u64; Status::ALL.len()]);

impl StatusCounts {
    /// Returns the number of experiments with a status.
    #[must_use]
    pub fn of(self, status: Status) -> u64 {
        Status::ALL.into_iter().zip(self.0).find(|(other, _)| *other == status).map_or(0, |(_, count)| count)
    }

    /// Sets the number of experiments with a status.
    pub fn set(&mut self, status: Status, count: u64) {
        for (other, place) in Status::ALL.into_iter().zip(&mut self.0) {
            if other == status {
                *place = count;
            }
        }
    }

    /// Returns the number of all experiments.
    #[must_use]
    pub fn total(self) -> u64 {
        self.0.into_iter().sum()
    }
}

/// An experiment in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExperimentSummary {
    /// The id, a UUID.
    pub id: String,
    /// The key by which code refers to the experiment.
    pub key: String,
    /// The name, for people.
    pub name: String,
    /// The status.
    pub status: Status,
    /// What is live of the experiment, whatever its status.
    pub live: Live,
    /// The name of the environment.
    pub environment: String,
    /// The time of the last change of the experiment, its variants or its allocations: ISO 8601, UTC, milliseconds.
    pub changed_at: String,
    /// The variants, in the order of creation.
    pub variants: Vec<VariantName>,
    /// The allocations, in the order of the request that set the allocations.
    pub allocations: Vec<Allocation>,
}

/// What is live of an experiment. Differs from what is saved after a rollback, and until changes are published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Live {
    /// The live version is not recorded: an earlier release published the version, or its snapshot cannot be read.
    Unknown,
    /// The live version does not contain the experiment, or no version is live.
    Absent,
    /// The live version contains the experiment.
    Present(LiveExperiment),
}

/// An experiment of the live version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveExperiment {
    /// The live version of the environment.
    pub version: u64,
    /// The version since which the experiment is live with this split.
    pub since: u64,
    /// The live split.
    pub split: Vec<LiveRange>,
    /// Whether something else that decides was changed, and the live version does not include the change: the variants, their
    /// payloads, the rules, the audience or its rules.
    pub content_differs: bool,
}

/// A range of buckets of a live split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveRange {
    /// The id of the variant.
    pub variant_id: String,
    /// The first bucket.
    pub range_start: i64,
    /// The last bucket.
    pub range_end: i64,
}

/// A variant without its payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantName {
    /// The id, a UUID.
    pub id: String,
    /// The name, for people.
    pub name: String,
}
