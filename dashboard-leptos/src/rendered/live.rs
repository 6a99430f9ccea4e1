use edgewise_api::resources::{ExperimentSummary, Status, StatusCounts};
use leptos::prelude::*;

use crate::model::live_difference;

/// Describes what is live of an experiment. Returns `None` if what is live is what is saved.
pub(crate) fn not_as_saved(experiment: &ExperimentSummary) -> Option<String> {
    let variants: Vec<_> = experiment.variants.iter().map(|variant| variant.id.as_str()).collect();
    live_difference(experiment.status, &variants, &experiment.allocations, &experiment.live)
}

/// Says how many of the experiments of a status are not as saved.
pub(crate) fn count_not_as_saved(status: Status, not_as_saved: StatusCounts) -> Option<impl IntoView> {
    let words = match (status, not_as_saved.of(status)) {
        (_, 0) => return None,
        (Status::Running, count) => format!("{count} not live yet"),
        (_, count) => format!("{count} still live"),
    };
    Some(view! { <span class="not-as-saved">{words}</span> })
}
