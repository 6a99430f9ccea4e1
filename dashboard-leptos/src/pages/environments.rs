//! All environments, and making another.

use edgewise_api::resources::{EnvironmentSummary, Status};
use leptos::{form::ActionForm, prelude::*};

use super::Loaded;
use crate::{
    calls::{self, CreateEnvironment},
    components::{Connection, Empty, Field, LiveState, PageHead, Toasts, Tone},
    problem::Problem,
};

/// The page.
#[component]
pub(crate) fn Environments() -> impl IntoView {
    let news = Connection::of_page().news;
    let create = ServerAction::<CreateEnvironment>::new();
    let summaries = Resource::new(move || (news.get(), create.version().get()), |_| calls::load_overview());
    let toasts = Toasts::of_page();
    Effect::new(move || {
        if let Some(Ok(environment)) = create.value().get() {
            toasts.say(Tone::Good, format!("Environment {} created", environment.name));
        }
    });
    let problem = move || {
        create.value().with(|done| done.as_ref().and_then(|done| done.as_ref().err()).map(name_problem))
    };
    view! {
        <PageHead title="Environments"/>
        <Loaded from=summaries show={|summaries: Vec<EnvironmentSummary>| {
            if summaries.is_empty() {
                view! {
                    <Empty title="No environments yet">
                        <p>"An environment has its own experiments and its own users. Most teams begin with "<code>"prod"</code>" and "<code>"staging"</code>"."</p>
                    </Empty>
                }.into_any()
            } else {
                view! { <Table summaries/> }.into_any()
            }
        }}/>
        <section class="card narrow">
            <h2>"New environment"</h2>
            <ActionForm action=create attr:class="inline-form">
                <Field id="name" label="Name" hint="Letters, digits, dots, hyphens and underscores; code names it" problem=Signal::derive(problem)>
                    <input id="name" name="name" required maxlength="63" autocomplete="off" spellcheck="false" aria-describedby="name-note"/>
                </Field>
                <button type="submit" class="button primary" disabled=create.pending()>"Create"</button>
            </ActionForm>
        </section>
    }
}

fn name_problem(problem: &Problem) -> String {
    problem.message.clone()
}

#[component]
fn Table(summaries: Vec<EnvironmentSummary>) -> impl IntoView {
    let row = |summary: EnvironmentSummary| {
        let EnvironmentSummary { environment, publication, experiments, .. } = summary;
        let href = format!("/environments/{}", environment.id);
        view! {
            <tr>
                <td><a href=href>{environment.name}</a></td>
                <td><LiveState status=publication/></td>
                <td class="number">{experiments.of(Status::Running)}</td>
                <td class="number when-wide">{experiments.total()}</td>
            </tr>
        }
    };
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Live"</th>
                        <th scope="col" class="number">"Running"</th>
                        <th scope="col" class="number when-wide">"Experiments"</th>
                    </tr>
                </thead>
                <tbody>{summaries.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
