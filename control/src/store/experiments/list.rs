//! Lists of experiments.

use edgewise_api::resources::{Allocation, Experiment, ExperimentFilter, Status, Variant};
use sqlx::{Any, Row as _, any::AnyArguments, query, query::Query};

use super::row;
use crate::store::{
    Result, Tx, audiences,
    collect::{grouped, keyed},
    environments,
};

/// Completes a statement with a condition for the experiments of a page, with the parameters $1 to $4.
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
    /// Returns a page of the experiments, newest first, with their variants, allocations, environments and audiences; and the
    /// number of all experiments that match.
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

        let environments =
            keyed(environments.iter().map(environments::row::environment), |row| row.id.clone())?;
        let audiences = keyed(audiences.iter().map(audiences::row::audience), |row| row.id.clone())?;
        let mut variants =
            grouped(variants.iter().map(row::variant), |row: &Variant| row.experiment_id.clone())?;
        let mut allocations =
            grouped(allocations.iter().map(row::allocation), |row: &Allocation| row.experiment_id.clone())?;
        let experiments = experiments.iter().map(|row| {
            let row = row::experiment(row)?;
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
}
