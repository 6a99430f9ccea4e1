//! Lists of experiments.

use edgewise_api::resources::{Allocation, Experiment, ExperimentFilter, Status, Variant};
use sqlx::{Any, Row as _, any::AnyArguments, query, query::Query};

use super::{filter::matching, row};
use crate::store::{
    Result, Tx, audiences,
    collect::{grouped, keyed},
    environments,
    search::bind_words,
};

/// The statements for a page.
struct Statements {
    experiments: &'static str,
    environments: &'static str,
    audiences: &'static str,
    variants: &'static str,
    allocations: &'static str,
    total: &'static str,
}

/// Builds the [`Statements`] for the experiments `x` that meet a condition.
macro_rules! statements {
    ($condition:expr, $page:literal) => {
        Statements {
            experiments: of_page!(
                "SELECT * FROM experiment WHERE id",
                "id",
                $condition,
                $page,
                " ORDER BY seq DESC"
            ),
            environments: of_page!(
                "SELECT * FROM environment WHERE id",
                "environment_id",
                $condition,
                $page,
                ""
            ),
            audiences: of_page!("SELECT * FROM audience WHERE id", "audience_id", $condition, $page, ""),
            variants: of_page!(
                "SELECT * FROM variant WHERE experiment_id",
                "id",
                $condition,
                $page,
                " ORDER BY seq"
            ),
            allocations: of_page!(
                "SELECT * FROM allocation WHERE experiment_id",
                "id",
                $condition,
                $page,
                " ORDER BY seq"
            ),
            total: concat!("SELECT COUNT(*) AS total FROM experiment x WHERE ", $condition),
        }
    };
}

/// Completes a statement with a condition for the experiments of a page.
macro_rules! of_page {
    ($select:literal, $column:literal, $condition:expr, $page:literal, $order:literal) => {
        concat!(
            $select,
            " IN (SELECT x.",
            $column,
            " FROM experiment x WHERE ",
            $condition,
            " ORDER BY x.seq DESC ",
            $page,
            ")",
            $order
        )
    };
}

/// Parameters: those of [`matching`], then $11 limit, $12 offset.
const MATCHING: Statements = statements!(matching!(), "LIMIT $11 OFFSET $12");

/// All experiments of the environment $1.
const ALL: Statements = statements!("x.environment_id = $1", "");

impl Tx {
    /// Returns a page of the experiments that match a filter, newest first, with their variants, allocations, environments
    /// and audiences; and the number of all that match.
    pub async fn experiments(
        &mut self,
        filter: ExperimentFilter<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Experiment>, i64)> {
        let matching = |sql: &'static str| -> Query<'_, Any, AnyArguments> {
            let filtered = query(sql).bind(filter.environment_id).bind(filter.status.map(Status::name));
            bind_words(filtered, filter.search)
        };
        let experiments = self.listed(&MATCHING, |sql| matching(sql).bind(limit).bind(offset)).await?;
        let total = matching(MATCHING.total).fetch_one(&mut self.sql).await?;
        Ok((experiments, total.try_get("total")?))
    }

    /// Returns all experiments of an environment, newest first, with their parts. Works on the schema of every release.
    pub async fn all_experiments(&mut self, environment_id: &str) -> Result<Vec<Experiment>> {
        self.listed(&ALL, |sql| query(sql).bind(environment_id)).await
    }

    /// Runs the statements for a page. `page` binds their parameters.
    async fn listed<'q>(
        &mut self,
        statements: &Statements,
        page: impl Fn(&'static str) -> Query<'q, Any, AnyArguments>,
    ) -> Result<Vec<Experiment>> {
        let experiments = page(statements.experiments).fetch_all(&mut self.sql).await?;
        let environments = page(statements.environments).fetch_all(&mut self.sql).await?;
        let audiences = page(statements.audiences).fetch_all(&mut self.sql).await?;
        let variants = page(statements.variants).fetch_all(&mut self.sql).await?;
        let allocations = page(statements.allocations).fetch_all(&mut self.sql).await?;

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
        Ok(experiments.collect::<sqlx::Result<_>>()?)
    }
}
