//! The rows of the reference system, from a snapshot that it published.

use edgewise_api::limits;
use edgewise_engine::{Snapshot, snapshot::SnapshotError};
use serde::Serialize;
use serde_json::{json, value::RawValue};

use super::{database::ReferenceRows, rows::read_rows};
use crate::found::Found;

/// A file or an answer is no snapshot that can be carried over.
#[derive(Debug, thiserror::Error)]
#[error("{0}: take the file that the reference published as configs/ENVIRONMENT/snapshots/latest.json")]
pub struct NotASnapshot(#[from] SnapshotError);

/// A variant as a row. Its payload stays as it was published.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VariantRow<'a> {
    id: &'a str,
    key: &'a str,
    name: &'a str,
    payload: Option<&'a RawValue>,
    experiment_id: &'a str,
}

/// Takes what can be imported of a snapshot: the running experiments, whose names are their keys, and audiences that are
/// named after the first experiment that uses them. `now` is in ms since 1970.
///
/// # Errors
/// [`NotASnapshot`] if the bytes are no snapshot.
pub fn read_snapshot(json: &[u8], now: i64) -> Result<Found, NotASnapshot> {
    Ok(read_rows(&rows(json)?, now))
}

/// The rows that the snapshot was built from, as far as the snapshot contains them.
fn rows(json: &[u8]) -> Result<ReferenceRows, NotASnapshot> {
    let snapshot = Snapshot::from_json(json)?;
    let environment = &snapshot.environment;
    let made = |row: serde_json::Value| made_at(row, &snapshot.published_at).to_string();
    let mut rows = ReferenceRows {
        environments: vec![made(json!({"name": environment}))],
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
                    rows.audiences.push(made(json!({
                        "name": name, "environmentId": environment, "rules": rules,
                    })));
                    audiences.push((text, name.clone()));
                    name
                }
            };
            Some(name)
        };
        let targeting = &experiment.targeting_rules;
        rows.experiments.push(made(json!({
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

/// A row that was made when the snapshot was published, as far as anybody knows.
fn made_at(mut row: serde_json::Value, published_at: &str) -> serde_json::Value {
    if let Some(row) = row.as_object_mut() {
        row.insert("createdAt".to_owned(), json!(published_at));
    }
    row
}

/// The name of an audience, after an experiment.
fn audience_name(key: &str) -> String {
    const PREFIX: &str = "Audience of ";
    let most = limits::NAME_CHARS - PREFIX.len();
    PREFIX.chars().chain(key.chars().take(most)).collect()
}
