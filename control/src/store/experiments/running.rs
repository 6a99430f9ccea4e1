//! The running experiments of an environment, for a snapshot.

use std::fmt;

use edgewise_api::resources::{Allocation, Variant};
use edgewise_database::rows::json;
use serde_json::value::RawValue;
use sqlx::{Row as _, any::AnyRow, query};

use super::row;
use crate::store::{Result, Tx, collect::grouped};

/// A running experiment, as stored.
#[derive(Debug)]
pub struct RunningExperiment {
    /// The id, a UUID.
    pub id: String,
    /// The key. Unique in the environment.
    pub key: String,
    /// The salt that assigns users to buckets.
    pub salt: String,
    /// The targeting rules of its audience.
    pub audience_rules: Option<Box<RawValue>>,
    /// Its own targeting rules.
    pub targeting_rules: Option<Box<RawValue>>,
    /// The variants, in the order they were created.
    pub variants: Vec<Variant>,
    /// The allocations, in the order of the request that set them.
    pub allocations: Vec<Allocation>,
}

/// The rows of the running experiments of an environment. Reading many rows takes long, so the reader chooses the thread.
pub struct RunningRows {
    experiments: Vec<AnyRow>,
    variants: Vec<AnyRow>,
    allocations: Vec<AnyRow>,
}

impl fmt::Debug for RunningRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningRows").field("experiments", &self.count()).finish_non_exhaustive()
    }
}

impl RunningRows {
    /// Returns the number of experiments.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.experiments.len()
    }

    /// Reads the rows: the experiments in the order they were created.
    ///
    /// # Errors
    /// If a column contains a value that this version does not know.
    pub fn read(self) -> Result<Vec<RunningExperiment>> {
        let mut variants = grouped(self.variants.iter().map(row::variant), |row| row.experiment_id.clone())?;
        let mut allocations =
            grouped(self.allocations.iter().map(row::allocation), |row| row.experiment_id.clone())?;
        let experiment = |row: &AnyRow| {
            let id: String = row.try_get("id")?;
            Ok(RunningExperiment {
                key: row.try_get("key")?,
                salt: row.try_get("salt")?,
                audience_rules: json(row, "audience_rules")?,
                targeting_rules: json(row, "targeting_rules")?,
                variants: variants.remove(&id).unwrap_or_default(),
                allocations: allocations.remove(&id).unwrap_or_default(),
                id,
            })
        };
        Ok(self.experiments.iter().map(experiment).collect::<sqlx::Result<_>>()?)
    }
}

impl Tx {
    /// Returns the rows of the running experiments of an environment. In a read transaction, all rows are of one moment.
    pub async fn running_experiments(&mut self, environment_id: &str) -> Result<RunningRows> {
        let experiments = query(
            "SELECT e.id, e.key, e.salt, e.targeting_rules, a.rules AS audience_rules FROM experiment e \
             LEFT JOIN audience a ON a.id = e.audience_id \
             WHERE e.environment_id = $1 AND e.status = 'RUNNING' ORDER BY e.seq",
        )
        .bind(environment_id)
        .fetch_all(&mut self.sql)
        .await?;
        let variants = query(
            "SELECT v.* FROM variant v JOIN experiment e ON e.id = v.experiment_id \
             WHERE e.environment_id = $1 AND e.status = 'RUNNING' ORDER BY v.seq",
        )
        .bind(environment_id)
        .fetch_all(&mut self.sql)
        .await?;
        let allocations = query(
            "SELECT a.* FROM allocation a JOIN experiment e ON e.id = a.experiment_id \
             WHERE e.environment_id = $1 AND e.status = 'RUNNING' ORDER BY a.seq",
        )
        .bind(environment_id)
        .fetch_all(&mut self.sql)
        .await?;
        Ok(RunningRows { experiments, variants, allocations })
    }
}
