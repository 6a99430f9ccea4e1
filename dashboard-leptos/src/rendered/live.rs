use edgewise_api::resources::ExperimentSummary;

use crate::model::live_difference;

/// Describes what is live of an experiment. Returns `None` if what is live is what is saved.
pub(crate) fn not_as_saved(experiment: &ExperimentSummary) -> Option<String> {
    let variants: Vec<_> = experiment.variants.iter().map(|variant| variant.id.as_str()).collect();
    live_difference(experiment.status, &variants, &experiment.allocations, &experiment.live)
}
