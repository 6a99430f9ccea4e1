//! Experiments: from rows to the snapshot, and from the snapshot to what is live.

use edgewise_engine::{
    Salt,
    rules::Rule,
    snapshot::{Allocation, Experiment, Variant},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::SnapshotError;
use crate::store::{LiveExperiment, RunningExperiment};

/// Returns a stored experiment as the snapshot contains it.
pub(super) fn experiment(stored: RunningExperiment) -> Result<Experiment, SnapshotError> {
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

/// The parts of a snapshot that say what is live.
#[derive(Deserialize)]
struct Live<'a> {
    #[serde(borrow)]
    experiments: Vec<LiveSplit<'a>>,
}

#[derive(Deserialize)]
struct LiveSplit<'a> {
    id: String,
    #[serde(borrow)]
    allocations: &'a RawValue,
}

/// Returns what a snapshot makes live.
///
/// # Errors
/// If the text is not a snapshot.
pub(in crate::publisher) fn live_experiments(
    snapshot: &str,
) -> Result<Vec<LiveExperiment>, serde_json::Error> {
    let live: Live<'_> = serde_json::from_str(snapshot)?;
    let experiment =
        |split: LiveSplit<'_>| LiveExperiment { id: split.id, split: split.allocations.get().to_owned() };
    Ok(live.experiments.into_iter().map(experiment).collect())
}
