//! Searching and sorting experiments. The results have the columns of a list only.

use std::collections::HashMap;

use edgewise_api::resources::{ExperimentQuery, ExperimentSort, ExperimentSummary, Status, VariantName};
use edgewise_database::rows::time;
use sqlx::{Any, Row as _, any::AnyArguments, query, query::Query};

use super::{filter::matching, row};
use crate::store::{Result, Tx, collect::grouped, search::bind_words};

/// The statements for a page in one order. Parameters: those of [`matching`], then $11 limit, $12 offset.
struct Statements {
    experiments: &'static str,
    variants: &'static str,
    allocations: &'static str,
}

/// Builds the [`Statements`] for an order.
macro_rules! in_order_of {
    ($order:expr) => {
        Statements {
            experiments: concat!(
                "SELECT x.id, x.key, x.name, x.status, x.updated_at, environment.name AS environment, \
                 live.version AS live_version, live.split AS live_split \
                 FROM experiment x JOIN environment ON environment.id = x.environment_id \
                 LEFT JOIN live_experiment live ON live.environment_id = x.environment_id \
                 AND live.experiment_id = x.id WHERE ",
                matching!(),
                " ORDER BY ",
                $order,
                ", x.seq DESC LIMIT $11 OFFSET $12"
            ),
            variants: concat!(
                "SELECT id, name, experiment_id FROM variant WHERE experiment_id IN (SELECT x.id FROM experiment x WHERE ",
                matching!(),
                " ORDER BY ",
                $order,
                ", x.seq DESC LIMIT $11 OFFSET $12) ORDER BY seq"
            ),
            allocations: concat!(
                "SELECT * FROM allocation WHERE experiment_id IN (SELECT x.id FROM experiment x WHERE ",
                matching!(),
                " ORDER BY ",
                $order,
                ", x.seq DESC LIMIT $11 OFFSET $12) ORDER BY seq"
            ),
        }
    };
}

/// The position of a status in the life cycle.
macro_rules! status {
    () => {
        "CASE x.status WHEN 'DRAFT' THEN 1 WHEN 'RUNNING' THEN 2 WHEN 'PAUSED' THEN 3 ELSE 4 END"
    };
}

const fn statements(sort: ExperimentSort, descending: bool) -> Statements {
    match (sort, descending) {
        (ExperimentSort::Name, false) => in_order_of!("LOWER(x.name)"),
        (ExperimentSort::Name, true) => in_order_of!("LOWER(x.name) DESC"),
        (ExperimentSort::Status, false) => in_order_of!(status!()),
        (ExperimentSort::Status, true) => in_order_of!(concat!(status!(), " DESC")),
        (ExperimentSort::Updated, false) => in_order_of!("x.updated_at"),
        (ExperimentSort::Updated, true) => in_order_of!("x.updated_at DESC"),
    }
}

impl Tx {
    /// Returns a page of the experiments that match the query, and the number of all of them.
    pub async fn find_experiments(
        &mut self,
        wanted: ExperimentQuery<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<ExperimentSummary>, i64)> {
        let matching = |sql: &'static str| -> Query<'_, Any, AnyArguments> {
            let filtered =
                query(sql).bind(wanted.filter.environment_id).bind(wanted.filter.status.map(Status::name));
            bind_words(filtered, wanted.filter.search)
        };
        let page = |sql: &'static str| matching(sql).bind(limit).bind(offset);
        let statements = statements(wanted.sort, wanted.descending);
        let experiments = page(statements.experiments).fetch_all(&mut self.sql).await?;
        let variants = page(statements.variants).fetch_all(&mut self.sql).await?;
        let allocations = page(statements.allocations).fetch_all(&mut self.sql).await?;
        let total = matching(concat!("SELECT COUNT(*) AS total FROM experiment x WHERE ", matching!()))
            .fetch_one(&mut self.sql)
            .await?;

        let mut names: HashMap<String, Vec<VariantName>> = HashMap::new();
        for row in &variants {
            let variant = VariantName { id: row.try_get("id")?, name: row.try_get("name")? };
            names.entry(row.try_get("experiment_id")?).or_default().push(variant);
        }
        let mut allocations =
            grouped(allocations.iter().map(row::allocation), |row| row.experiment_id.clone())?;
        let experiments = experiments.iter().map(|row| {
            let id: String = row.try_get("id")?;
            Ok(ExperimentSummary {
                variants: names.remove(&id).unwrap_or_default(),
                allocations: allocations.remove(&id).unwrap_or_default(),
                id,
                key: row.try_get("key")?,
                name: row.try_get("name")?,
                status: row::status(row)?,
                live: row::live(row)?,
                environment: row.try_get("environment")?,
                updated_at: time(row, "updated_at")?,
            })
        });
        Ok((experiments.collect::<sqlx::Result<_>>()?, total.try_get("total")?))
    }
}
