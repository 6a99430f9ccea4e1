//! Duplicating experiments.

use edgewise_api::{
    Revisioned, limits,
    resources::{AllocationCreate, Experiment, ExperimentCreate, InitialStatus, Rule, VariantCreate},
};
use edgewise_caller::Principal;
use serde_json::value::RawValue;

use super::error::{ExperimentError, Result};
use crate::{
    services::{
        error::{internal, or_not_found},
        work::{Outcome, Services, Subject},
    },
    store::Tx,
};

impl Services {
    /// Creates a draft with the variants, the allocations, the audience and the rules of another experiment of any status, in
    /// one transaction. The draft has a key and a salt of its own, so that it divides users independently.
    ///
    /// # Errors
    /// 404 if there is no such experiment, 422 if the environment has too many experiments.
    pub async fn duplicate_experiment(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<Outcome<Revisioned<Experiment>>> {
        let mut unit = self.begin(principal, Subject::Experiment(id)).await?;
        let original = or_not_found(unit.tx().experiment(id).await?, "experiment", id)?.value;
        let key = free_key(unit.tx(), &original).await?;
        let request = draft(&original, key)?;
        self.create(unit, &request).await
    }
}

/// Returns the key of the original with the first of the endings `-copy`, `-copy-2`, … that no other experiment has.
async fn free_key(tx: &mut Tx, original: &Experiment) -> Result<String> {
    let row = &original.row;
    for number in 1..=limits::EXPERIMENTS {
        let ending = if number == 1 { "-copy".to_owned() } else { format!("-copy-{number}") };
        let key = with_ending(&row.key, &ending);
        if !tx.has_experiment(&row.environment_id, &key).await? {
            return Ok(key);
        }
    }
    Err(ExperimentError::TooManyExperiments)
}

fn draft(original: &Experiment, key: String) -> Result<ExperimentCreate> {
    let Experiment { row, variants, allocations, .. } = original;
    let rules = |json: &RawValue| serde_json::from_str::<Vec<Rule>>(json.get()).map_err(internal);
    let allocation = |allocation: &edgewise_api::resources::Allocation| {
        let variant = variants.iter().find(|variant| variant.id == allocation.variant_id)?.key.clone();
        let (range_start, range_end) = (allocation.range_start, allocation.range_end);
        Some(AllocationCreate { variant, range_start, range_end })
    };
    Ok(ExperimentCreate {
        key,
        name: with_ending(&row.name, " (copy)"),
        description: row.description.clone(),
        environment_id: row.environment_id.clone(),
        audience_id: row.audience_id.clone(),
        targeting_rules: row.targeting_rules.as_deref().map(rules).transpose()?,
        variants: variants
            .iter()
            .map(|variant| VariantCreate {
                key: variant.key.clone(),
                name: variant.name.clone(),
                payload: variant.payload.clone(),
            })
            .collect(),
        allocations: allocations.iter().filter_map(allocation).collect(),
        status: InitialStatus::Draft,
    })
}

/// Appends an ending to a text, which is cut so that the result is not longer than a name may be.
fn with_ending(text: &str, ending: &str) -> String {
    let chars = limits::NAME_CHARS.saturating_sub(ending.chars().count());
    let beginning: String = text.chars().take(chars).collect();
    format!("{}{ending}", beginning.trim_end())
}
