use std::collections::HashMap;

use edgewise_api::{
    Revisioned,
    resources::{
        Allocation, Experiment, ExperimentCreate, ExperimentFilter, ExperimentPatch, ExperimentRow, Status,
        StatusCounts, Variant,
    },
};
use edgewise_database::rows::revisioned;
use sqlx::{Any, Row as _, any::AnyArguments, query, query::Query};

use super::{Result, Tx, rows};

/// The experiments of a page, as the tail of a statement with parameters $1 to $4.
macro_rules! of_page {
    ($select:literal, $column:literal, $order:literal) => {
        concat!(
            $select,
            " IN (SELECT ",
            $column,
            " FROM experiment WHERE ($1 IS NULL OR environment_id = $1) AND ($2 IS NULL OR status = $2) \
             ORDER BY seq DESC LIMIT $3 OFFSET $4)",
            $order
        )
    };
}

impl Tx {
    /// Writes a new experiment, a draft.
    pub async fn insert_experiment(
        &mut self,
        id: &str,
        salt: &str,
        experiment: &ExperimentCreate,
        targeting_rules: Option<&str>,
        now: i64,
    ) -> Result<()> {
        query(
            "INSERT INTO experiment (id, environment_id, audience_id, key, name, description, salt, status, \
             targeting_rules, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'DRAFT', $8, $9, $9)",
        )
        .bind(id)
        .bind(&experiment.environment_id)
        .bind(experiment.audience_id.as_deref())
        .bind(&experiment.key)
        .bind(&experiment.name)
        .bind(experiment.description.as_deref())
        .bind(salt)
        .bind(targeting_rules)
        .bind(now)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// How many experiments an environment has.
    pub async fn count_experiments(&mut self, environment_id: &str) -> Result<i64> {
        let row = query("SELECT COUNT(*) AS total FROM experiment WHERE environment_id = $1")
            .bind(environment_id)
            .fetch_one(&mut self.sql)
            .await?;
        Ok(row.try_get("total")?)
    }

    /// How many experiments of each status an environment has.
    pub async fn count_by_status(&mut self, environment_id: &str) -> Result<StatusCounts> {
        let rows = query(
            "SELECT status, COUNT(*) AS total FROM experiment WHERE environment_id = $1 GROUP BY status",
        )
        .bind(environment_id)
        .fetch_all(&mut self.sql)
        .await?;
        let mut counts = StatusCounts::default();
        rows.iter().try_for_each(|row| rows::count(row, &mut counts))?;
        Ok(counts)
    }

    /// The experiments of an environment that were changed last, the last one first.
    pub async fn changed_last(&mut self, environment_id: &str, limit: i64) -> Result<Vec<ExperimentRow>> {
        let rows = query(
            "SELECT * FROM experiment WHERE environment_id = $1 ORDER BY updated_at DESC, seq DESC LIMIT $2",
        )
        .bind(environment_id)
        .bind(limit)
        .fetch_all(&mut self.sql)
        .await?;
        Ok(rows.iter().map(rows::experiment).collect::<sqlx::Result<_>>()?)
    }

    /// The experiment of that id, without what belongs to it.
    pub async fn experiment_row(&mut self, id: &str) -> Result<Option<Revisioned<ExperimentRow>>> {
        let row =
            query("SELECT * FROM experiment WHERE id = $1").bind(id).fetch_optional(&mut self.sql).await?;
        Ok(row.map(|row| revisioned(&row, rows::experiment)).transpose()?)
    }

    /// The experiment of that id, with all that belongs to it.
    pub async fn experiment(&mut self, id: &str) -> Result<Option<Revisioned<Experiment>>> {
        let Some(Revisioned { revision, value: row }) = self.experiment_row(id).await? else {
            return Ok(None);
        };
        let audience = match &row.audience_id {
            Some(id) => self.audience(id).await?.map(|audience| audience.value),
            None => None,
        };
        let Some(environment) = self.environment(&row.environment_id).await? else { return Ok(None) };
        let variants = self.variants(id).await?;
        let allocations = self.allocations(id).await?;
        let value = Experiment { row, variants, allocations, environment: environment.value, audience };
        Ok(Some(Revisioned { revision, value }))
    }

    /// A page of the experiments, newest first, with all that belongs to them; and how many there are.
    pub async fn experiments(
        &mut self,
        filter: ExperimentFilter<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Experiment>, i64)> {
        let page = |sql: &'static str| -> Query<'_, Any, AnyArguments> {
            query(sql)
                .bind(filter.environment_id)
                .bind(filter.status.map(Status::name))
                .bind(limit)
                .bind(offset)
        };
        let experiments = page(of_page!("SELECT * FROM experiment WHERE id", "id", " ORDER BY seq DESC"))
            .fetch_all(&mut self.sql)
            .await?;
        let environments = page(of_page!("SELECT * FROM environment WHERE id", "environment_id", ""))
            .fetch_all(&mut self.sql)
            .await?;
        let audiences = page(of_page!("SELECT * FROM audience WHERE id", "audience_id", ""))
            .fetch_all(&mut self.sql)
            .await?;
        let variants = page(of_page!("SELECT * FROM variant WHERE experiment_id", "id", " ORDER BY seq"))
            .fetch_all(&mut self.sql)
            .await?;
        let allocations =
            page(of_page!("SELECT * FROM allocation WHERE experiment_id", "id", " ORDER BY seq"))
                .fetch_all(&mut self.sql)
                .await?;

        let environments = keyed(environments.iter().map(rows::environment), |row| row.id.clone())?;
        let audiences = keyed(audiences.iter().map(rows::audience), |row| row.id.clone())?;
        let mut variants =
            grouped(variants.iter().map(rows::variant), |row: &Variant| row.experiment_id.clone())?;
        let mut allocations =
            grouped(allocations.iter().map(rows::allocation), |row: &Allocation| row.experiment_id.clone())?;
        let experiments = experiments.iter().map(|row| {
            let row = rows::experiment(row)?;
            Ok(Experiment {
                variants: variants.remove(&row.id).unwrap_or_default(),
                allocations: allocations.remove(&row.id).unwrap_or_default(),
                environment: environments
                    .get(&row.environment_id)
                    .cloned()
                    .ok_or(sqlx::Error::RowNotFound)?,
                audience: row.audience_id.as_ref().and_then(|id| audiences.get(id)).cloned(),
                row,
            })
        });
        let experiments = experiments.collect::<sqlx::Result<_>>()?;

        let total = query(
            "SELECT COUNT(*) AS total FROM experiment WHERE ($1 IS NULL OR environment_id = $1) \
             AND ($2 IS NULL OR status = $2)",
        )
        .bind(filter.environment_id)
        .bind(filter.status.map(Status::name))
        .fetch_one(&mut self.sql)
        .await?;
        Ok((experiments, total.try_get("total")?))
    }

    /// Changes an experiment, and raises its revision.
    pub async fn update_experiment(
        &mut self,
        id: &str,
        patch: &ExperimentPatch,
        targeting_rules: Option<&str>,
        now: i64,
    ) -> Result<()> {
        query(
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
        if let Some(audience_id) = &patch.audience_id {
            query("UPDATE experiment SET audience_id = $2 WHERE id = $1")
                .bind(id)
                .bind(audience_id.as_deref())
                .execute(&mut self.sql)
                .await?;
        }
        Ok(())
    }

    /// Changes an experiment's status, and raises its revision.
    pub async fn update_status(&mut self, id: &str, status: Status, now: i64) -> Result<()> {
        query("UPDATE experiment SET status = $2, updated_at = $3, revision = revision + 1 WHERE id = $1")
            .bind(id)
            .bind(status.name())
            .bind(now)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// Raises an experiment's revision after a change below it, and returns the new one.
    pub async fn touch_experiment(&mut self, id: &str) -> Result<i64> {
        let row = query("UPDATE experiment SET revision = revision + 1 WHERE id = $1 RETURNING revision")
            .bind(id)
            .fetch_one(&mut self.sql)
            .await?;
        Ok(row.try_get("revision")?)
    }

    /// Deletes an experiment and all that belongs to it.
    pub async fn delete_experiment(&mut self, id: &str) -> Result<()> {
        query("DELETE FROM allocation WHERE experiment_id = $1").bind(id).execute(&mut self.sql).await?;
        query("DELETE FROM variant WHERE experiment_id = $1").bind(id).execute(&mut self.sql).await?;
        query("DELETE FROM experiment WHERE id = $1").bind(id).execute(&mut self.sql).await?;
        Ok(())
    }
}

fn keyed<T>(
    rows: impl Iterator<Item = sqlx::Result<T>>,
    key: impl Fn(&T) -> String,
) -> sqlx::Result<HashMap<String, T>> {
    rows.map(|row| row.map(|row| (key(&row), row))).collect()
}

pub(super) fn grouped<T>(
    rows: impl Iterator<Item = sqlx::Result<T>>,
    key: impl Fn(&T) -> String,
) -> sqlx::Result<HashMap<String, Vec<T>>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for row in rows {
        let row = row?;
        groups.entry(key(&row)).or_default().push(row);
    }
    Ok(groups)
}
