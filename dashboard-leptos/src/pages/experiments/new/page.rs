//! The page with the steps of the wizard.

use std::mem;

use edgewise_api::resources::Environment;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{draft::Draft, review, step::Step, steps};
use crate::{
    calls::PrepareExperiment,
    components::{
        Dialog, Empty, Icon, Note, PageHead, ProblemNote, Symbol, Tone, dynamic, effect, handle_click,
        handle_input, is_in_field,
    },
    model::{Basics, ExperimentInput, links},
    pages::{leave_guard, loaded::Loaded},
    problem::Problem,
    transport::{Body, Loading},
};

/// The page that creates an experiment.
#[component]
pub(crate) fn NewExperiment() -> impl IntoView {
    let parameters = use_query_map().get_untracked();
    let basics = StoredValue::new(Basics::of(|name| parameters.get(name)));
    // A form that was submitted without scripts and rejected comes back with its fields in the URL.
    let is_rejected = parameters.get("name").is_some();
    let preparation = move || PrepareExperiment {
        experiment: if is_rejected {
            let input = ExperimentInput { basics: basics.get_value(), ..ExperimentInput::default() };
            input.request().map_or(Body::none(), |request| Body::of(&request))
        } else {
            Body::none()
        },
    };
    let preparation = Loading::new(preparation);
    view! {
        <PageHead title="New experiment" parent=(links::EXPERIMENTS, "Experiments")/>
        <Loaded from=preparation render={move |(environments, problems): (Vec<Environment>, Vec<Problem>)| {
            if environments.is_empty() {
                view! { <NoEnvironment/> }.into_any()
            } else {
                let basics = basics.get_value();
                view! { <Wizard environments basics problems/> }.into_any()
            }
        }}/>
    }
}

#[component]
fn NoEnvironment() -> impl IntoView {
    view! {
        <Empty title="Create an environment first">
            <p>"An experiment belongs to an environment, such as "<code>"prod"</code>" or "<code>"staging"</code>"."</p>
            <a class="button primary" href=links::NEW_ENVIRONMENT.url()>"Create an environment"</a>
        </Empty>
    }
}

/// The steps, and the buttons to move between them.
#[component]
fn Wizard(environments: Vec<Environment>, basics: Basics, problems: Vec<Problem>) -> impl IntoView {
    let draft = Draft::new(basics, &environments, problems);
    let restored = draft.survive_reloads();
    leave_guard::confirm_leaving(
        "Leave without creating the experiment? Your input will be lost.",
        move || draft.touched.try_get_value().unwrap_or(false),
    );
    let mut is_first = true;
    effect(move || {
        draft.step.track();
        // Somebody may have begun to type before the page worked.
        if !(mem::take(&mut is_first) && is_in_field()) {
            draft.focus_step();
        }
    });
    let marks = Step::ALL.map(|step| {
        let number = step.number();
        view! {
            <li>
                <button
                    type="button"
                    aria-current=Signal::derive(move || (draft.step.get() == step).then_some("step"))
                    disabled=Signal::derive(move || draft.busy.get() || draft.reached.get() < step)
                    on:click=handle_click(move |_| draft.go_to(step))
                >
                    <span class="step-number">{number}</span>
                    <span>{step.name()}</span>
                </button>
            </li>
        }
    });
    let general = move || draft.general_problem().map(|problem| view! { <ProblemNote problem/> }.into_any());
    let is_last = Signal::derive(move || draft.step.get() == Step::Review);
    view! {
        <div class="wizard" on:input=handle_input(move |_| draft.touched.set_value(true))>
            <ol class="wizard-steps needs-script" aria-label="Steps">{marks.into_iter().collect_view()}</ol>
            {restored}
            {dynamic(general)}
            {steps::basics(draft, environments.clone())}
            {steps::variants(draft)}
            {steps::split(draft)}
            {steps::audience(draft)}
            {review::review(draft, environments)}
            <footer class="form-foot needs-script">
                <button
                    type="button" class="button wizard-back"
                    hidden=Signal::derive(move || draft.step.get() == Step::Basics)
                    disabled=draft.busy
                    on:click=handle_click(move |_| draft.go_to(draft.step.get_untracked().previous()))
                >
                    <Icon symbol=Symbol::Left/> "Back"
                </button>
                <button
                    type="button" class="button primary" hidden=is_last disabled=draft.busy
                    on:click=handle_click(move |_| draft.next())
                >
                    "Next"
                </button>
                <CreateButtons draft/>
            </footer>
        </div>
    }
}

/// The buttons of the last step.
#[component]
fn CreateButtons(draft: Draft) -> impl IntoView {
    let create = draft.submitter();
    let (launch, launch_anyway) = (create.clone(), create.clone());
    let is_before = Signal::derive(move || draft.step.get() != Step::Review);
    view! {
        <button type="button" class="button" hidden=is_before disabled=draft.busy on:click=handle_click(move |_| create(false, false))>
            "Create as draft"
        </button>
        <button type="button" class="button primary" hidden=is_before disabled=draft.busy on:click=handle_click(move |_| launch(true, false))>
            <Icon symbol=Symbol::Play/> "Create and launch"
        </button>
        <LaunchQuestion draft launch=move || launch_anyway(true, true)/>
    }
}

/// Asks before launching an experiment that reaches no user.
#[component]
fn LaunchQuestion(draft: Draft, launch: impl Fn() + Clone + Send + Sync + 'static) -> impl IntoView {
    let open = draft.asks_to_launch;
    let body = move || {
        let obstacle = open.get().then(|| draft.obstacle()).flatten()?;
        let launch = launch.clone();
        Some(
            view! {
                <Note tone=Tone::Warning>{obstacle.words()}</Note>
                <div class="form-foot">
                    <button
                        type="button" class="button"
                        on:click=handle_click(move |_| {
                            open.set(false);
                            launch();
                        })
                    >
                        "Launch anyway"
                    </button>
                    <button
                        type="button" class="button primary"
                        on:click=handle_click(move |_| {
                            open.set(false);
                            draft.go_to(Step::Split);
                        })
                    >
                        {obstacle.remedy()}
                    </button>
                </div>
            }
            .into_any(),
        )
    };
    view! {
        <Dialog open=open title="Start this experiment?">
            <div class="form">{dynamic(body)}</div>
        </Dialog>
    }
}
