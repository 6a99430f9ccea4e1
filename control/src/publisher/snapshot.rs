//! Building snapshots from content.

use edgewise_api::{EnvironmentName, paths};
use edgewise_engine::{
    FromJsonError, Ruleset, Salt, Snapshot,
    rules::Rule,
    snapshot::{Allocation, Experiment, Variant},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::store::{Content, RunningExperiment};

/// An error of content that cannot be published. Publishing is retried only after another change.
#[derive(Debug, thiserror::Error)]
pub(super) enum SnapshotError {
    #[error("experiment `{key}` cannot be published: {problem}")]
    Experiment { key: String, problem: serde_json::Error },
    #[error("the snapshot cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the snapshot cannot be read back: {0}")]
    Unreadable(#[from] FromJsonError),
    #[error("building the snapshot was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
    #[error("version {0} is higher than clients can represent")]
    TooHigh(u64),
}

/// Builds the snapshot of the content of an environment, as the exact text to publish. The work runs on a blocking
/// thread, because large content takes long.
pub(super) async fn build(
    content: Content,
    environment: &EnvironmentName,
    version: u64,
    published_at: String,
) -> Result<String, SnapshotError> {
    let environment = environment.clone();
    tokio::task::spawn_blocking(move || write(content, &environment, version, published_at)).await?
}

/// Returns the snapshot of an older version under another number.
pub(super) async fn renumbered(
    snapshot: String,
    version: u64,
    published_at: String,
) -> Result<String, SnapshotError> {
    tokio::task::spawn_blocking(move || renumber(&snapshot, version, published_at)).await?
}

/// A snapshot whose content is kept byte for byte.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Published<'a> {
    version: u64,
    environment: String,
    published_at: String,
    #[serde(borrow)]
    experiments: &'a RawValue,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    extended: Option<&'a RawValue>,
}

fn renumber(snapshot: &str, version: u64, published_at: String) -> Result<String, SnapshotError> {
    if version > paths::MAX_VERSION {
        return Err(SnapshotError::TooHigh(version));
    }
    let snapshot = Published { version, published_at, ..serde_json::from_str(snapshot)? };
    let json = serde_json::to_string(&snapshot)?;
    Ruleset::from_json(json.as_bytes())?;
    Ok(json)
}

fn write(
    content: Content,
    environment: &EnvironmentName,
    version: u64,
    published_at: String,
) -> Result<String, SnapshotError> {
    if version > paths::MAX_VERSION {
        return Err(SnapshotError::TooHigh(version));
    }
    let snapshot = Snapshot {
        version,
        environment: environment.to_string(),
        published_at,
        experiments: content.experiments.into_iter().map(experiment).collect::<Result<_, _>>()?,
        extended: None,
    };
    let json = serde_json::to_string(&snapshot)?;
    // A snapshot that the engine cannot read must never be published.
    Ruleset::from_json(json.as_bytes())?;
    Ok(json)
}

fn experiment(stored: RunningExperiment) -> Result<Experiment, SnapshotError> {
    let RunningExperiment { id, key, salt, audience_rules, targeting_rules, variants, allocations } = stored;
    let problem = |problem| SnapshotError::Experiment { key: key.clone(), problem };
    let (audience_rules, targeting_rules) = (rules(audience_rules), rules(targeting_rules));
    Ok(Experiment {
        audience_rules: audience_rules.map_err(problem)?,
        targeting_rules: targeting_rules.map_err(problem)?,
        variants: variants
            .into_iter()
            .map(|variant| Variant {
                id: variant.id,
                key: variant.key,
                // A variant without a payload is published with `null`, never without the field.
                payload: Some(variant.payload.unwrap_or_else(|| RawValue::NULL.to_owned())),
            })
            .collect(),
        allocations: allocations
            .into_iter()
            .map(|allocation| Allocation {
                variant_id: allocation.variant_id,
                range_start: allocation.range_start,
                range_end: allocation.range_end,
            })
            .collect(),
        id,
        key,
        salt: Salt::new(salt),
    })
}

fn rules(json: Option<Box<RawValue>>) -> Result<Vec<Rule>, serde_json::Error> {
    json.map_or(Ok(Vec::new()), |json| serde_json::from_str(json.get()))
}
