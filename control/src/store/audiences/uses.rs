//! The experiments that use an audience.

use std::collections::HashMap;

use edgewise_api::resources::{AudienceFilter, ExperimentSummary, StatusCounts};
use sqlx::{Row as _, query};

use super::filter::matching;
use crate::store::{
    Result, Tx,
    experiments::{
        row,
        summary::{select_summaries, summaries},
    },
    search::bind_words,
};

/// Completes a statement with the condition for the first experiments of an audience, with the parameters $1 and $2.
macro_rules! first_of_audience {
    ($select:expr) => {
        concat!(
            $select,
            "WHERE x.audience_id = $1 ORDER BY CASE x.status WHEN 'RUNNING' THEN 0 WHEN 'PAUSED' THEN 1 \
             WHEN 'DRAFT' THEN 2 ELSE 3 END, x.seq DESC LIMIT $2"
        )
    };
}

impl Tx {
    /// Returns the number of experiments by status for each audience of a page, by the id of the audience. Audiences that no
    /// experiment uses are absent.
    pub async fn count_uses_by_audience(
        &mut self,
        filter: AudienceFilter<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<HashMap<String, StatusCounts>> {
        let counts = query(concat!(
            "SELECT audience_id, status, COUNT(*) AS total FROM experiment WHERE audience_id IN \
             (SELECT id FROM audience WHERE ",
            matching!(),
            " ORDER BY seq DESC LIMIT $10 OFFSET $11) GROUP BY audience_id, status"
        ));
        let rows = bind_words(counts.bind(filter.environment_id), filter.search)
            .bind(limit)
            .bind(offset)
            .fetch_all(&mut self.sql)
            .await?;
        let mut uses: HashMap<String, StatusCounts> = HashMap::new();
        for row in rows {
            let counts = uses.entry(row.try_get("audience_id")?).or_default();
            row::count(&row, counts)?;
        }
        Ok(uses)
    }

    /// Returns the number of experiments that use the audience, by status.
    pub async fn count_uses(&mut self, id: &str) -> Result<StatusCounts> {
        let rows =
            query("SELECT status, COUNT(*) AS total FROM experiment WHERE audience_id = $1 GROUP BY status")
                .bind(id)
                .fetch_all(&mut self.sql)
                .await?;
        let mut counts = StatusCounts::default();
        rows.iter().try_for_each(|row| row::count(row, &mut counts))?;
        Ok(counts)
    }

    /// Returns the experiments that use the audience: running, paused, draft, archived; newest first within a status.
    pub async fn experiments_of_audience(&mut self, id: &str, limit: i64) -> Result<Vec<ExperimentSummary>> {
        let first = |sql: &'static str| query(sql).bind(id).bind(limit);
        let experiments = first(first_of_audience!(select_summaries!())).fetch_all(&mut self.sql).await?;
        let variants = first(concat!(
            "SELECT id, name, experiment_id FROM variant WHERE experiment_id IN (",
            first_of_audience!("SELECT x.id FROM experiment x "),
            ") ORDER BY seq"
        ))
        .fetch_all(&mut self.sql)
        .await?;
        let allocations = first(concat!(
            "SELECT * FROM allocation WHERE experiment_id IN (",
            first_of_audience!("SELECT x.id FROM experiment x "),
            ") ORDER BY seq"
        ))
        .fetch_all(&mut self.sql)
        .await?;
        Ok(summaries(&experiments, &variants, &allocations)?)
    }

    /// Returns whether a running experiment uses the audience.
    pub async fn has_running_experiment(&mut self, id: &str) -> Result<bool> {
        let row =
            query("SELECT COUNT(*) AS total FROM experiment WHERE audience_id = $1 AND status = 'RUNNING'")
                .bind(id)
                .fetch_one(&mut self.sql)
                .await?;
        Ok(row.try_get::<i64, _>("total")? > 0)
    }
}
