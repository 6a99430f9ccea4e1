//! A module for each page: what it loads, and how it is laid out.

mod audience;
mod audiences;
mod environment;
mod environments;
mod experiment;
mod experiments;
mod leaving;
mod missing;
mod new_experiment;
mod overview;

pub(crate) use audience::AudiencePage;
pub(crate) use audiences::Audiences;
#[cfg(not(target_family = "wasm"))]
pub(crate) use audiences::url as audiences_url;
pub(crate) use environment::EnvironmentPage;
pub(crate) use environments::Environments;
pub(crate) use experiment::ExperimentPage;
pub(crate) use experiments::Experiments;
pub(crate) use missing::Missing;
pub(crate) use new_experiment::NewExperiment;
pub(crate) use overview::Overview;

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    calls::{self, Loading},
    components::{ProblemNote, Skeleton},
    problem::Problem,
};

/// Shows what has been loaded, rows that stand in for it until then, and what went wrong instead.
#[component]
fn Loaded<T, V>(
    from: Loading<T>,
    /// How many rows stand in for it.
    #[prop(default = 4)]
    rows: usize,
    /// How it is shown.
    show: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    let show = move |answer: &str| calls::read(answer).map(|value| show(value).into_any());
    loaded(from.answers(), rows, Arc::new(show))
}

/// How an answer is shown.
type Show = Arc<dyn Fn(&str) -> Result<AnyView, Problem> + Send + Sync>;

/// For whatever is loaded.
fn loaded(answers: Resource<String>, rows: usize, show: Show) -> AnyView {
    let shown = move || {
        let show = show.clone();
        Suspend::new(async move { show(&answers.await).unwrap_or_else(not_loaded) })
    };
    view! { <Transition fallback=move || view! { <Skeleton rows/> }>{shown}</Transition> }.into_any()
}

fn not_loaded(problem: Problem) -> AnyView {
    if problem.is_missing() {
        #[cfg(not(target_family = "wasm"))]
        crate::server::set_status(404);
        missing::NotThere(missing::NotThereProps { problem: problem.message }).into_any()
    } else {
        view! { <ProblemNote problem/> }.into_any()
    }
}
