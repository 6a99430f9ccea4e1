use serde::{Deserialize, Serialize};

use super::{Allocation, Audience, Environment, ExperimentRow, PublicationStatus, Status, Version};

/// How an environment is doing, at a glance.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentSummary {
    /// The environment.
    pub environment: Environment,
    /// What is live, and what is not yet.
    pub publication: PublicationStatus,
    /// Its newest version, if it has one.
    pub latest: Option<Version>,
    /// How many experiments it has.
    pub experiments: StatusCounts,
    /// The experiments that were changed last, the last one first.
    pub changed: Vec<ExperimentRow>,
}

/// An audience, and how it is used.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AudienceSummary {
    /// The audience.
    pub audience: Audience,
    /// How many experiments use it.
    pub uses: StatusCounts,
}

/// Where an audience is used.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AudienceUses {
    /// How many experiments use it.
    pub counts: StatusCounts,
    /// The first of them: running ones, then paused ones, drafts and archived ones.
    pub experiments: Vec<ExperimentRow>,
}

/// How many experiments there are of each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCounts([u64; Status::ALL.len()]);

impl StatusCounts {
    /// How many have a status.
    #[must_use]
    pub fn of(self, status: Status) -> u64 {
        Status::ALL.into_iter().zip(self.0).find(|(other, _)| *other == status).map_or(0, |(_, count)| count)
    }

    /// Says how many have a status.
    pub fn set(&mut self, status: Status, count: u64) {
        for (other, place) in Status::ALL.into_iter().zip(&mut self.0) {
            if other == status {
                *place = count;
            }
        }
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(self) -> u64 {
        self.0.into_iter().sum()
    }
}

/// An experiment, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExperimentSummary {
    /// UUID.
    pub id: String,
    /// What code calls the experiment by.
    pub key: String,
    /// For people.
    pub name: String,
    /// Where it is in its life.
    pub status: Status,
    /// The name of its environment.
    pub environment: String,
    /// ISO 8601, UTC, milliseconds.
    pub updated_at: String,
    /// In the order they were created.
    pub variants: Vec<VariantName>,
    /// In the order they were put.
    pub allocations: Vec<Allocation>,
}

/// A variant without its payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantName {
    /// UUID.
    pub id: String,
    /// For people.
    pub name: String,
}
