//! Writing experiments.

use edgewise_api::resources::{ExperimentCreate, ExperimentPatch, InitialStatus, Status};
use edgewise_database::rows::changed_one_row;
use sqlx::{Row as _, query};

use crate::store::{Result, Tx, search::of_experiment};

impl Tx {
    /// Inserts an experiment, without its variants and allocations.
    pub async fn insert_experiment(
        &mut self,
        id: &str,
        salt: &str,
        experiment: &ExperimentCreate,
        targeting_rules: Option<&str>,
        now: i64,
    ) -> Result<()> {
        let status = match experiment.status {
            InitialStatus::Draft => Status::Draft,
            InitialStatus::Running => Status::Running,
        };
        query(
            "INSERT INTO experiment (id, environment_id, audience_id, key, name, description, salt, status, \
             targeting_rules, created_at, updated_at, search) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)",
        )
        .bind(id)
        .bind(&experiment.environment_id)
        .bind(experiment.audience_id.as_deref())
        .bind(&experiment.key)
        .bind(&experiment.name)
        .bind(experiment.description.as_deref())
        .bind(salt)
        .bind(status.name())
        .bind(targeting_rules)
        .bind(now)
        .bind(of_experiment(&experiment.name, &experiment.key))
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Updates an experiment, and raises its revision.
    pub async fn update_experiment(
        &mut self,
        id: &str,
        patch: &ExperimentPatch,
        targeting_rules: Option<&str>,
        now: i64,
    ) -> Result<()> {
        if let Some(rules) = targeting_rules {
            self.mark_rules(id, rules).await?;
        }
        let updated = query(
            "UPDATE experiment SET name = COALESCE($2, name), description = COALESCE($3, description), \
             targeting_rules = COALESCE($4, targeting_rules), updated_at = $5, revision = revision + 1 \
             WHERE id = $1",
        )
        .bind(id)
        .bind(patch.name.as_deref())
        .bind(patch.description.as_deref())
        .bind(targeting_rules)
        .bind(now)
        .execute(&mut self.sql)
        .await?;
        changed_one_row(&updated)?;
        if let Some(name) = &patch.name {
            self.rename_in_search(id, name).await?;
        }
        if let Some(audience_id) = &patch.audience_id {
            self.mark_audience(id, audience_id.as_deref()).await?;
            let moved = query("UPDATE experiment SET audience_id = $2 WHERE id = $1")
                .bind(id)
                .bind(audience_id.as_deref())
                .execute(&mut self.sql)
                .await?;
            changed_one_row(&moved)?;
        }
        Ok(())
    }

    async fn rename_in_search(&mut self, id: &str, name: &str) -> Result<()> {
        let row = query("SELECT key FROM experiment WHERE id = $1").bind(id).fetch_one(&mut self.sql).await?;
        let renamed = query("UPDATE experiment SET search = $2 WHERE id = $1")
            .bind(id)
            .bind(of_experiment(name, row.try_get("key")?))
            .execute(&mut self.sql)
            .await?;
        Ok(changed_one_row(&renamed)?)
    }

    /// Updates the status of an experiment, and raises its revision.
    pub async fn update_status(&mut self, id: &str, status: Status, now: i64) -> Result<()> {
        let updated = query(
            "UPDATE experiment SET status = $2, updated_at = $3, revision = revision + 1 WHERE id = $1",
        )
        .bind(id)
        .bind(status.name())
        .bind(now)
        .execute(&mut self.sql)
        .await?;
        Ok(changed_one_row(&updated)?)
    }

    /// Raises the revision of an experiment whose variants or allocations changed, and returns the new revision. `updated_at`
    /// stays.
    pub async fn raise_experiment_revision(&mut self, id: &str, now: i64) -> Result<i64> {
        let raising = query(
            "UPDATE experiment SET revision = revision + 1, parts_changed_at = $2 WHERE id = $1 RETURNING revision",
        );
        let row = raising.bind(id).bind(now).fetch_one(&mut self.sql).await?;
        Ok(row.try_get("revision")?)
    }

    /// Deletes an experiment with its variants and allocations.
    pub async fn delete_experiment(&mut self, id: &str) -> Result<()> {
        query("DELETE FROM allocation WHERE experiment_id = $1").bind(id).execute(&mut self.sql).await?;
        query("DELETE FROM variant WHERE experiment_id = $1").bind(id).execute(&mut self.sql).await?;
        let deleted = query("DELETE FROM experiment WHERE id = $1").bind(id).execute(&mut self.sql).await?;
        Ok(changed_one_row(&deleted)?)
    }
}
