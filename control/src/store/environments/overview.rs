//! The environments of a page with everything that an overview shows, in a fixed number of statements.

use std::collections::HashMap;

use edgewise_api::resources::{self, Environment, ExperimentSummary, StatusCounts};
use sqlx::{Any, Row as _, any::AnyArguments, query, query::Query};

use super::row;
use crate::store::{
    Result, Tx,
    experiments::{
        row as experiments,
        summary::{last_change, select_summaries, summaries},
    },
    versions::{LiveVersion, PublishState, row as versions},
};

/// An environment, as an overview shows it.
#[derive(Debug)]
pub struct EnvironmentOverview {
    /// The environment.
    pub environment: Environment,
    /// The publication state.
    pub state: PublishState,
    /// The number of the oldest pending version.
    pub pending: Option<i64>,
    /// The live version.
    pub live: Option<LiveVersion>,
    /// The newest version, whatever its state.
    pub latest: Option<resources::Version>,
    /// The number of experiments, by status.
    pub experiments: StatusCounts,
    /// The number of experiments that are running but not live, or live but not running, by saved status.
    pub not_as_saved: StatusCounts,
    /// The number of deleted experiments that the live version still contains.
    pub deleted_but_live: u64,
    /// The experiments that were changed last, the most recent first.
    pub changed: Vec<ExperimentSummary>,
}

/// Completes a statement with a condition for the environments of a page, with the parameters $1 and $2.
macro_rules! of_page {
    ($select:literal, $then:literal) => {
        concat!($select, " IN (SELECT id FROM environment ORDER BY name LIMIT $1 OFFSET $2)", $then)
    };
}

/// Joins the rows of the experiments that were changed last in each environment of a page: at most $3 in each.
macro_rules! recent {
    ($id:literal) => {
        concat!(
            " JOIN (SELECT x.id, ROW_NUMBER() OVER (PARTITION BY x.environment_id ORDER BY ",
            last_change!(),
            " DESC, x.seq DESC) AS place FROM experiment x WHERE x.environment_id",
            " IN (SELECT id FROM environment ORDER BY name LIMIT $1 OFFSET $2)",
            ") recent ON recent.id = ",
            $id,
            " AND recent.place <= $3"
        )
    };
}

impl Tx {
    /// Returns the overview of each environment of a page, sorted by name, each with at most `recent` changed experiments.
    pub async fn overview(
        &mut self,
        limit: i64,
        offset: i64,
        recent: i64,
    ) -> Result<Vec<EnvironmentOverview>> {
        let page =
            |sql: &'static str| -> Query<'_, Any, AnyArguments> { query(sql).bind(limit).bind(offset) };
        let environments = page("SELECT * FROM environment ORDER BY name LIMIT $1 OFFSET $2")
            .fetch_all(&mut self.sql)
            .await?;
        let pending = page(of_page!(
            "SELECT environment_id, CAST(MIN(version) AS BIGINT) AS version FROM version \
             WHERE state = 'pending' AND environment_id",
            " GROUP BY environment_id"
        ))
        .fetch_all(&mut self.sql)
        .await?;
        let live = page(of_page!(
            "SELECT e.id AS environment_id, live.version, live.created_at, live.changes, old.changes AS restored \
             FROM environment e JOIN version live ON live.environment_id = e.id AND live.version = \
             (SELECT MAX(v.version) FROM version v WHERE v.environment_id = e.id AND v.state = 'published') \
             LEFT JOIN version old ON old.environment_id = e.id AND old.version = live.restores WHERE e.id",
            ""
        ))
        .fetch_all(&mut self.sql)
        .await?;
        let latest = page(of_page!(
            "SELECT e.id AS environment_id, v.version, v.state, v.created_at, v.created_by, v.experiments, v.restores \
             FROM environment e JOIN version v ON v.environment_id = e.id AND v.version = \
             (SELECT MAX(n.version) FROM version n WHERE n.environment_id = e.id) WHERE e.id",
            ""
        ))
        .fetch_all(&mut self.sql)
        .await?;
        let counts = page(of_page!(
            "SELECT environment_id, status, COUNT(*) AS total FROM experiment WHERE environment_id",
            " GROUP BY environment_id, status"
        ))
        .fetch_all(&mut self.sql)
        .await?;
        // Of an environment whose live version is not recorded, nothing is known.
        let not_as_saved = page(of_page!(
            "SELECT x.environment_id, x.status, COUNT(*) AS total FROM experiment x \
             JOIN environment e ON e.id = x.environment_id \
             LEFT JOIN live_experiment live ON live.environment_id = x.environment_id AND live.experiment_id = x.id \
             WHERE CASE WHEN x.status = 'RUNNING' THEN live.version IS NULL ELSE live.version IS NOT NULL END \
             AND COALESCE(e.live_listed, 0) = COALESCE((SELECT MAX(v.version) FROM version v \
             WHERE v.environment_id = e.id AND v.state = 'published'), 0) AND x.environment_id",
            " GROUP BY x.environment_id, x.status"
        ))
        .fetch_all(&mut self.sql)
        .await?;
        let deleted = page(of_page!(
            "SELECT environment_id, COUNT(*) AS total FROM live_experiment live WHERE NOT EXISTS \
             (SELECT x.id FROM experiment x WHERE x.id = live.experiment_id) AND environment_id",
            " GROUP BY environment_id"
        ))
        .fetch_all(&mut self.sql)
        .await?;
        let changed = page(concat!(
            select_summaries!(),
            recent!("x.id"),
            " ORDER BY ",
            last_change!(),
            " DESC, x.seq DESC"
        ))
        .bind(recent)
        .fetch_all(&mut self.sql)
        .await?;
        let variants = page(concat!(
            "SELECT x.id, x.name, x.experiment_id FROM variant x",
            recent!("x.experiment_id"),
            " ORDER BY x.seq"
        ))
        .bind(recent)
        .fetch_all(&mut self.sql)
        .await?;
        let allocations =
            page(concat!("SELECT x.* FROM allocation x", recent!("x.experiment_id"), " ORDER BY x.seq"))
                .bind(recent)
                .fetch_all(&mut self.sql)
                .await?;

        let of = |row: &sqlx::any::AnyRow| row.try_get::<String, _>("environment_id");
        let mut found: HashMap<String, EnvironmentOverview> = HashMap::new();
        let mut order = Vec::with_capacity(environments.len());
        for row in &environments {
            let environment = row::environment(row)?;
            order.push(environment.id.clone());
            let overview = EnvironmentOverview {
                state: versions::publish_state(row)?,
                pending: None,
                live: None,
                latest: None,
                experiments: StatusCounts::default(),
                not_as_saved: StatusCounts::default(),
                deleted_but_live: 0,
                changed: Vec::new(),
                environment,
            };
            found.insert(overview.environment.id.clone(), overview);
        }
        for row in &pending {
            if let Some(overview) = found.get_mut(&of(row)?) {
                overview.pending = Some(row.try_get("version")?);
            }
        }
        for row in &live {
            if let Some(overview) = found.get_mut(&of(row)?) {
                overview.live = Some(versions::live(row)?);
            }
        }
        for row in &latest {
            if let Some(overview) = found.get_mut(&of(row)?) {
                overview.latest = Some(versions::listed(row)?);
            }
        }
        for row in &counts {
            if let Some(overview) = found.get_mut(&of(row)?) {
                experiments::count(row, &mut overview.experiments)?;
            }
        }
        for row in &not_as_saved {
            if let Some(overview) = found.get_mut(&of(row)?) {
                experiments::count(row, &mut overview.not_as_saved)?;
            }
        }
        for row in &deleted {
            if let Some(overview) = found.get_mut(&of(row)?) {
                overview.deleted_but_live = row.try_get::<i64, _>("total")?.unsigned_abs();
            }
        }
        for (row, summary) in changed.iter().zip(summaries(&changed, &variants, &allocations)?) {
            if let Some(overview) = found.get_mut(&of(row)?) {
                overview.changed.push(summary);
            }
        }
        Ok(order.iter().filter_map(|id| found.remove(id)).collect())
    }
}
