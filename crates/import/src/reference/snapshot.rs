//! The rows of the reference system, from a snapshot that the reference system published.

use edgewise_api::limits;
use edgewise_engine::{Snapshot, snapshot::SnapshotError};
use serde::Serialize;
use serde_json::{json, value::RawValue};

use super::{database::ReferenceRows, rows::read_rows};
use crate::source::SourceData;

/// The reason why a file or a response is not a snapshot that can be imported.
#[derive(Debug, thiserror::Error)]
#[error("{0}: use the file that the reference system published as configs/ENVIRONMENT/snapshots/latest.json")]
pub struct NotASnapshot(#[from] SnapshotError);

/// A variant as a row. The payload is copied without a change.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VariantRow<'a> {
    id: &'a str,
    key: &'a str,
    name: &'a str,
    payload: Option<&'a RawValue>,
    experiment_id: &'a str,
}

/// Reads the importable data of a snapshot: the running experiments, with their keys as names, and the audiences, each named
/// after the first experiment that uses the audience. `now` is in ms since 1970.
///
/// # Errors
/// [`NotASnapshot`] if the bytes are not a snapshot.
pub fn read_snapshot(json: &[u8], now: i64) -> Result<SourceData, NotASnapshot> {
    Ok(read_rows(&rows(json)?, now))
}

/// Returns the rows that a snapshot was built from, as far as the snapshot contains their data.
fn rows(json: &[u8]) -> Result<ReferenceRows, NotASnapshot> {
    let snapshot = Snapshot::from_json(json)?;
    let environment = &snapshot.environment;
    let row = |columns: serde_json::Value| created_at(columns, &snapshot.published_at).to_string();
    let mut rows = ReferenceRows {
        environments: vec![row(json!({"name": environment}))],
        versions: vec![(environment.clone(), i64::try_from(snapshot.version).unwrap_or(i64::MAX))],
        ..ReferenceRows::default()
    };
    let mut audiences: Vec<(String, String)> = Vec::new();
    for experiment in &snapshot.experiments {
        let audience = if experiment.audience_rules.is_empty() {
            None
        } else {
            let rules = json!(experiment.audience_rules);
            let text = rules.to_string();
            let known = audiences.iter().find(|(known, _)| *known == text);
            let name = match known {
                Some((_, name)) => name.clone(),
                None => {
                    let name = audience_name(&experiment.key);
                    rows.audiences.push(row(json!({
                        "name": name, "environmentId": environment, "rules": rules,
                    })));
                    audiences.push((text, name.clone()));
                    name
                }
            };
            Some(name)
        };
        let targeting = &experiment.targeting_rules;
        rows.experiments.push(row(json!({
            "id": experiment.id,
            "key": experiment.key,
            "name": experiment.key,
            "salt": experiment.salt,
            "status": "RUNNING",
            "environmentId": environment,
            "audienceId": audience,
            "targetingRules": (!targeting.is_empty()).then_some(targeting),
        })));
        for variant in &experiment.variants {
            let row = VariantRow {
                id: &variant.id,
                key: &variant.key,
                name: &variant.key,
                payload: variant.payload.as_deref(),
                experiment_id: &experiment.id,
            };
            rows.variants.push(serde_json::to_string(&row).map_err(SnapshotError::Malformed)?);
        }
        for allocation in &experiment.allocations {
            rows.allocations.push(
                json!({
                    "variantId": allocation.variant_id,
                    "rangeStart": allocation.range_start,
                    "rangeEnd": allocation.range_end,
                    "experimentId": experiment.id,
                })
                .to_string(),
            );
        }
    }
    Ok(rows)
}

/// Adds a creation time to a row: the time at which the snapshot was published, because a snapshot contains no other time.
fn created_at(mut row: serde_json::Value, published_at: &str) -> serde_json::Value {
    if let Some(row) = row.as_object_mut() {
        row.insert("createdAt".to_owned(), json!(published_at));
    }
    row
}

/// Returns the name of an audience that is named after an experiment.
fn audience_name(key: &str) -> String {
    const PREFIX: &str = "Audience of ";
    let max_chars = limits::NAME_CHARS - PREFIX.len();
    PREFIX.chars().chain(key.chars().take(max_chars)).collect()
}
