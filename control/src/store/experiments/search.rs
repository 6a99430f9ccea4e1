//! Searching and sorting experiments. The results have the columns of a list only.

use edgewise_api::resources::{ExperimentQuery, ExperimentSort, ExperimentSummary, Status};
use sqlx::{Any, Row as _, any::AnyArguments, query, query::Query};

use super::{
    filter::matching,
    summary::{last_change, select_summaries, summaries},
};
use crate::store::{Result, Tx, search::bind_words};

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
                select_summaries!(),
                "WHERE ",
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
        (ExperimentSort::Updated, false) => in_order_of!(last_change!()),
        (ExperimentSort::Updated, true) => in_order_of!(concat!(last_change!(), " DESC")),
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

        Ok((summaries(&experiments, &variants, &allocations)?, total.try_get("total")?))
    }
}
