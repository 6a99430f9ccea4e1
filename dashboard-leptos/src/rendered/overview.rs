use edgewise_api::resources::{EnvironmentSummary, ExperimentSummary, Status};
use leptos::prelude::*;

use crate::{
    components::{Empty, LiveState, StatusPill, Time, with_code},
    html::Html,
    model::links,
    rendered::live::not_as_saved,
};

/// Renders the status of all environments, or the first steps if there are none.
pub(crate) fn overview(summaries: Vec<EnvironmentSummary>) -> Html {
    if summaries.is_empty() {
        Html::render(view! { <FirstSteps/> })
    } else {
        Html::render(view! { <div class="cards">{summaries.into_iter().map(summary).collect_view()}</div> })
    }
}

/// The first steps.
#[component]
fn FirstSteps() -> impl IntoView {
    view! {
        <Empty title="Welcome to Edgewise">
            <p>"An experiment splits the users of an environment, such as "<code>"prod"</code>", into variants."</p>
            <ol class="steps">
                <li><a href=links::NEW_ENVIRONMENT.url()>"Create an environment"</a></li>
                <li>"Create an experiment in the environment, with two or more variants, and launch the experiment"</li>
                <li>"Call "<code>{links::url("/api/decide")}</code>" to get the variant of a user"</li>
            </ol>
            <a class="button primary" href=links::NEW_ENVIRONMENT.url()>"Create an environment"</a>
        </Empty>
    }
}

fn summary(summary: EnvironmentSummary) -> impl IntoView {
    let EnvironmentSummary { environment, publication, experiments, deleted_but_live, changed, .. } = summary;
    let drafts = if experiments.of(Status::Draft) == 1 { "draft" } else { "drafts" };
    let counts = [(Status::Running, "running"), (Status::Draft, drafts), (Status::Paused, "paused")].map(
        |(status, words)| {
            let href = links::experiments_with_status(&environment.id, status);
            view! {
                <a class="count" href=href><strong>{experiments.of(status)}</strong> <span>{words}</span></a>
            }
        },
    );
    let problem = publication
        .error
        .as_deref()
        .map(|problem| view! { <p class="problem">"Publishing failed: " {with_code(problem)} "."</p> });
    let deleted = (deleted_but_live > 0).then(|| {
        let experiments = match deleted_but_live {
            1 => "1 deleted experiment is still live".to_owned(),
            count => format!("{count} deleted experiments are still live"),
        };
        view! { <p><a class="pill held" href=links::environment(&environment.id)>{experiments}</a></p> }
    });
    let changes = if changed.is_empty() {
        view! {
            <p class="quiet">
                "No experiments yet. "
                <a href=links::new_experiment(&environment.id)>"Create the first experiment"</a>
            </p>
        }
        .into_any()
    } else {
        view! { <ul class="rows">{changed.into_iter().map(change).collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="card">
            <header>
                <h2><a href=links::environment(&environment.id)>{environment.name}</a></h2>
                <LiveState status=publication/>
            </header>
            {problem}
            {deleted}
            <div class="counts">{counts.into_iter().collect_view()}</div>
            <h3>"Recently changed"</h3>
            {changes}
        </section>
    }
}

fn change(experiment: ExperimentSummary) -> impl IntoView {
    let live = not_as_saved(&experiment);
    view! {
        <li>
            <a href=links::experiment(&experiment.id)>{experiment.name}</a>
            <StatusPill status=experiment.status live/>
            <Time at=experiment.changed_at/>
        </li>
    }
}
