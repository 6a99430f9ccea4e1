//! Experiments with the columns of a list: what is saved, what is live, and the time of the last change.

use std::collections::HashMap;

use edgewise_api::resources::{ExperimentSummary, Live, LiveExperiment, VariantName};
use edgewise_database::rows::time;
use sqlx::{Error, Result, Row as _, any::AnyRow, query};

use super::row;
use crate::store::{Tx, collect::grouped};

/// The time of the last change of an experiment `x`, its variants or its allocations.
macro_rules! last_change {
    () => {
        "CASE WHEN x.parts_changed_at > x.updated_at THEN x.parts_changed_at ELSE x.updated_at END"
    };
}

/// The columns of [`live`], for a statement with [`from_experiments`].
macro_rules! live_columns {
    () => {
        concat!(
            "environment.live_listed, live.version AS live_since, live.split AS live_split, x.content_change, ",
            $crate::store::experiments::summary::of_live_version!("v.version"),
            " AS live_version, ",
            $crate::store::experiments::summary::of_live_version!(
                "CASE WHEN v.restores IS NULL THEN v.changes ELSE (SELECT old.changes FROM version old \
                 WHERE old.environment_id = v.environment_id AND old.version = v.restores) END"
            ),
            " AS live_changes"
        )
    };
}

/// Selects a column of the live version `v` of the environment of the experiment `x`.
macro_rules! of_live_version {
    ($column:literal) => {
        concat!(
            "(SELECT ",
            $column,
            " FROM version v WHERE v.environment_id = x.environment_id AND v.state = 'published' \
             ORDER BY v.version DESC LIMIT 1)"
        )
    };
}

/// The tables of the experiments `x` with what is live of each.
macro_rules! from_experiments {
    () => {
        " FROM experiment x JOIN environment ON environment.id = x.environment_id \
         LEFT JOIN live_experiment live ON live.environment_id = x.environment_id AND live.experiment_id = x.id "
    };
}

/// Selects the columns of [`summaries`] for the experiments `x`.
macro_rules! select_summaries {
    () => {
        concat!(
            "SELECT x.id, x.key, x.name, x.status, x.environment_id, environment.name AS environment, ",
            $crate::store::experiments::summary::last_change!(),
            " AS changed_at, ",
            $crate::store::experiments::summary::live_columns!(),
            $crate::store::experiments::summary::from_experiments!()
        )
    };
}

pub(in crate::store) use {from_experiments, last_change, live_columns, of_live_version, select_summaries};

impl Tx {
    /// Returns what is live of the experiment with this id. `None` if there is no such experiment.
    pub async fn live_of(&mut self, id: &str) -> crate::store::Result<Option<Live>> {
        let row = query(concat!("SELECT ", live_columns!(), from_experiments!(), "WHERE x.id = $1"))
            .bind(id)
            .fetch_optional(&mut self.sql)
            .await?;
        Ok(row.map(|row| live(&row)).transpose()?)
    }
}

/// Reads experiments with their variants and allocations, in the order of `experiments`. The rows of variants have an id, a
/// name and the id of the experiment.
pub(in crate::store) fn summaries(
    experiments: &[AnyRow],
    variants: &[AnyRow],
    allocations: &[AnyRow],
) -> Result<Vec<ExperimentSummary>> {
    let mut names: HashMap<String, Vec<VariantName>> = HashMap::new();
    for row in variants {
        let variant = VariantName { id: row.try_get("id")?, name: row.try_get("name")? };
        names.entry(row.try_get("experiment_id")?).or_default().push(variant);
    }
    let mut allocations = grouped(allocations.iter().map(row::allocation), |row| row.experiment_id.clone())?;
    let summary = |row: &AnyRow| {
        let id: String = row.try_get("id")?;
        Ok(ExperimentSummary {
            variants: names.remove(&id).unwrap_or_default(),
            allocations: allocations.remove(&id).unwrap_or_default(),
            id,
            key: row.try_get("key")?,
            name: row.try_get("name")?,
            status: row::status(row)?,
            live: live(row)?,
            environment: row.try_get("environment")?,
            changed_at: time(row, "changed_at")?,
        })
    };
    experiments.iter().map(summary).collect()
}

/// Reads what is live of an experiment.
fn live(row: &AnyRow) -> Result<Live> {
    let Some(version) = row.try_get::<Option<i64>, _>("live_version")? else { return Ok(Live::Absent) };
    if row.try_get::<Option<i64>, _>("live_listed")? != Some(version) {
        return Ok(Live::Unknown);
    }
    let Some(since) = row.try_get::<Option<i64>, _>("live_since")? else { return Ok(Live::Absent) };
    let split = serde_json::from_str(row.try_get("live_split")?)
        .map_err(|error| Error::ColumnDecode { index: "live_split".to_owned(), source: error.into() })?;
    // Both are numbers of changes of the environment: of the last change of the content, and of the last that is live.
    let content = row.try_get::<Option<i64>, _>("content_change")?;
    let included = row.try_get::<Option<i64>, _>("live_changes")?;
    Ok(Live::Present(LiveExperiment {
        version: version.unsigned_abs(),
        since: since.unsigned_abs(),
        split,
        content_differs: content.zip(included).is_some_and(|(content, included)| content > included),
    }))
}
