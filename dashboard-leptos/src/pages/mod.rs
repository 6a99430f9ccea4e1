//! A module for each page: what it loads, and how it is laid out.

mod audience;
mod audiences;
mod environment;
mod environments;
mod experiment;
mod experiments;
mod missing;
mod new_experiment;
mod overview;

pub(crate) use audience::AudiencePage;
pub(crate) use audiences::Audiences;
pub(crate) use environment::EnvironmentPage;
pub(crate) use environments::Environments;
pub(crate) use experiment::ExperimentPage;
pub(crate) use experiments::Experiments;
pub(crate) use missing::Missing;
pub(crate) use new_experiment::NewExperiment;
pub(crate) use overview::Overview;

use leptos::prelude::*;

use crate::{
    at_once::IntoAny,
    components::{ProblemNote, Skeleton},
    problem::Problem,
};

/// Shows what has been loaded, rows that stand in for it until then, and what went wrong instead.
#[component]
fn Loaded<T, V>(
    from: Resource<Result<T, Problem>>,
    /// How many rows stand in for it.
    #[prop(default = 4)]
    rows: usize,
    /// How it is shown.
    show: impl Fn(T) -> V + Send + Sync + Clone + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let shown = move || {
        let show = show.clone();
        Suspend::new(async move {
            match from.await {
                Ok(value) => show(value).into_any(),
                Err(problem) if problem.is_missing() => {
                    #[cfg(not(target_family = "wasm"))]
                    crate::server::set_status(404);
                    missing::NotThere(missing::NotThereProps { problem: problem.message }).into_any()
                }
                Err(problem) => view! { <ProblemNote problem/> }.into_any(),
            }
        })
    };
    view! { <Transition fallback=move || view! { <Skeleton rows/> }>{shown}</Transition> }
}
