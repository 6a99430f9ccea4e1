//! The content of an environment to publish.

use edgewise_api::resources::{Allocation, Variant};
use edgewise_database::rows::json;
use serde_json::value::RawValue;
use sqlx::{Row as _, any::AnyRow, query};

use crate::store::{Result, Tx, collect::grouped, experiments::row};

/// The content of an environment to publish, at one moment.
#[derive(Debug)]
pub struct Content {
    /// The number of changes of the environment at that moment.
    pub changes: i64,
    /// The author of the last change that is due.
    pub due_by: Option<String>,
    /// The running experiments, in the order they were created.
    pub experiments: Vec<RunningExperiment>,
}

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

impl Tx {
    /// Returns the content of an environment to publish. In a read transaction, all of the content is of one moment.
    pub async fn content(&mut self, environment_id: &str) -> Result<Content> {
        let environment = query("SELECT changes, due_by FROM environment WHERE id = $1")
            .bind(environment_id)
            .fetch_one(&mut self.sql)
            .await?;
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

        let mut variants = grouped(variants.iter().map(row::variant), |row| row.experiment_id.clone())?;
        let mut allocations =
            grouped(allocations.iter().map(row::allocation), |row| row.experiment_id.clone())?;
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
        let experiments = experiments.iter().map(experiment).collect::<sqlx::Result<_>>()?;
        Ok(Content {
            changes: environment.try_get("changes")?,
            due_by: environment.try_get("due_by")?,
            experiments,
        })
    }
}
