//! The page with the steps of the wizard.

use edgewise_api::resources::Environment;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    draft::{Draft, Step},
    review, steps,
};
use crate::{
    calls::PrepareExperiment,
    components::{Empty, Icon, PageHead, ProblemNote, Symbol},
    model::{Basics, ExperimentRequest, links},
    pages::{leave_guard, loaded::Loaded},
    problem::Problem,
    transport::Loading,
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
            basics.with_value(|basics| ExperimentRequest::new(basics).into_body())
        } else {
            String::new()
        },
    };
    let preparation = Loading::new(preparation);
    view! {
        <PageHead title="New experiment" parent=(links::EXPERIMENTS, "Experiments")/>
        <Loaded from=preparation render={move |(environments, problem): (Vec<Environment>, Option<Problem>)| {
            if environments.is_empty() {
                view! { <NoEnvironment/> }.into_any()
            } else {
                let basics = basics.get_value();
                view! { <Wizard environments basics problem/> }.into_any()
            }
        }}/>
    }
}

#[component]
fn NoEnvironment() -> impl IntoView {
    view! {
        <Empty title="Create an environment first">
            <p>"An experiment belongs to an environment, such as "<code>"prod"</code>" or "<code>"staging"</code>"."</p>
            <a class="button primary" href=links::ENVIRONMENTS.url()>"Create an environment"</a>
        </Empty>
    }
}

/// The steps, and the buttons to move between them.
#[component]
fn Wizard(environments: Vec<Environment>, basics: Basics, problem: Option<Problem>) -> impl IntoView {
    let draft = Draft::new(basics, &environments, problem);
    leave_guard::confirm_leaving(
        "Leave without creating the experiment? Your input will be lost.",
        move || draft.touched.try_get_value().unwrap_or(false),
    );
    focus_step(draft);
    let marks = Step::ALL.map(|step| {
        let number = step.number();
        view! {
            <li>
                <button
                    type="button"
                    aria-current=move || (draft.step.get() == step).then_some("step")
                    disabled=move || draft.busy.get() || draft.reached.get() < step
                    on:click=move |_| draft.go_to(step)
                >
                    <span class="step-number">{number}</span>
                    <span>{step.name()}</span>
                </button>
            </li>
        }
    });
    let general = move || draft.general_problem().map(|problem| view! { <ProblemNote problem/> });
    let is_last = move || draft.step.get() == Step::Review;
    view! {
        <div class="wizard" on:input=move |_| draft.touched.set_value(true)>
            <ol class="wizard-steps needs-script" aria-label="Steps">{marks.into_iter().collect_view()}</ol>
            {general}
            {steps::basics(draft, environments.clone())}
            {steps::variants(draft)}
            {steps::split(draft)}
            {steps::audience(draft)}
            {review::review(draft, environments)}
            <footer class="form-foot needs-script">
                <button
                    type="button" class="button wizard-back"
                    hidden=move || draft.step.get() == Step::Basics
                    disabled=draft.busy
                    on:click=move |_| draft.go_to(draft.step.get_untracked().previous())
                >
                    <Icon symbol=Symbol::Left/> "Back"
                </button>
                <button
                    type="button" class="button primary" hidden=is_last disabled=draft.busy
                    on:click=move |_| draft.next()
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
    let launch = create.clone();
    let is_before = move || draft.step.get() != Step::Review;
    view! {
        <button type="button" class="button" hidden=is_before disabled=draft.busy on:click=move |_| create(false)>
            "Create as draft"
        </button>
        <button type="button" class="button primary" hidden=is_before disabled=draft.busy on:click=move |_| launch(true)>
            <Icon symbol=Symbol::Play/> "Create and launch"
        </button>
    }
}

/// Focuses the current step: the first field of the first step, the heading of others.
fn focus_step(draft: Draft) {
    #[cfg(target_family = "wasm")]
    Effect::new(move |before: Option<()>| {
        use leptos::web_sys::{HtmlElement, wasm_bindgen::JsCast};

        // Somebody may have begun to type before the page worked.
        let is_typing =
            || document().active_element().is_some_and(|focused| focused.has_attribute("aria-describedby"));
        if before.is_none() && is_typing() {
            return;
        }
        let id = match draft.step.get() {
            Step::Basics => "name",
            step => step.title_id(),
        };
        // The step must be visible before it can be focused.
        request_animation_frame(move || {
            let target = document().get_element_by_id(id);
            if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
                drop(target.focus());
            }
        });
    });
    let _ = draft;
}
