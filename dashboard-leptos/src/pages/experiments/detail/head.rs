use edgewise_api::resources::Status;
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    editing::{Editing, Pressed},
    editors::details_form,
    state::{LiveLaterNote, change_status, live_later},
};
use crate::{
    calls::{DuplicateExperiment, ExperimentPart},
    components::{
        Dialog, Icon, LiveState, Note, PageHead, StatusPill, Symbol, Toasts, Tone, dynamic, effect, when,
    },
    model::{LaunchObstacle, Split, links, percent},
    parts::later,
};

/// The header: name, key, status and actions.
#[component]
pub(super) fn Head(editing: Editing) -> impl IntoView {
    let detail = editing.detail;
    let id = detail.with_untracked(|detail| detail.row.id.clone());
    let name = Signal::derive(move || detail.with(|detail| detail.row.name.clone()));
    let key = Memo::new(move |_| detail.with(|detail| detail.row.key.clone()));
    let status = Memo::new(move |_| detail.with(|detail| detail.row.status));
    let live = Memo::new(move |_| detail.with(|detail| detail.live.clone()));
    let description = move || {
        let description = detail.with(|detail| detail.row.description.clone().unwrap_or_default());
        (!description.is_empty()).then(|| view! { <p class="experiment-about">{description}</p> })
    };
    let publishing = Signal::derive(move || editing.is_publishing());
    let environment = move || {
        detail.with(|detail| {
            let href = links::environment(&detail.environment.id);
            let (name, publication) = (detail.environment.name.clone(), detail.publication.clone());
            view! { <a href=href title="Environment">{name}</a> <LiveState status=publication publishing/> }
        })
    };
    let is_editing = RwSignal::new(false);
    // Restored changes must be visible.
    effect(move || {
        if editing.details_changed.get() {
            is_editing.set(true);
        }
    });
    // What was typed stays readable.
    let is_shown = move || is_editing.get() && (!editing.is_read_only() || editing.details_changed.get());
    view! {
        <div class="experiment-head">
            <PageHead title=name parent=(links::EXPERIMENTS, "Experiments")>
                <button
                    type="button"
                    class="button plain needs-script edit"
                    hidden=Signal::derive(move || editing.is_read_only())
                    aria-expanded=Signal::derive(move || is_editing.get().to_string())
                    on:click=move |_| is_editing.update(|is_editing| *is_editing = !*is_editing)
                >
                    <Icon symbol=Symbol::Edit/> "Edit"
                </button>
                <form hidden=Signal::derive(move || editing.deleted.get()) method="post" action=links::url(DuplicateExperiment::PATH)>
                    <input type="hidden" name="id" value=id/>
                    <button class="button plain" title="Create a draft with the same variants, split and rules">"Duplicate"</button>
                </form>
                <Actions editing status/>
            </PageHead>
            <div class="experiment-facts">
                {move || view! { <StatusPill status=status.get() live=live.get()/> }}
                <span class="experiment-key">
                    <code title="The key that code uses">{key}</code>
                    <CopyButton text=key/>
                </span>
                {environment}
            </div>
            {description}
            {when(is_shown, move || later("details", details_form(editing, is_editing)))}
        </div>
    }
}

/// A button that copies a text.
#[component]
fn CopyButton(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let toasts = Toasts::from_context();
    let copy = move |_| {
        if copy_to_clipboard(&text.get_untracked()) {
            toasts.show(Tone::Good, "Key copied");
        } else {
            toasts.show(
                Tone::Warning,
                "The browser does not allow copying here. Select the key and copy it manually",
            );
        }
    };
    view! {
        <button type="button" class="icon-button needs-script" aria-label="Copy the key" title="Copy the key" on:click=copy>
            <Icon symbol=Symbol::Copy/>
        </button>
    }
}

/// Returns whether copying has started. Browsers do not allow it on pages served by plain HTTP from another host.
fn copy_to_clipboard(text: &str) -> bool {
    use leptos::web_sys::{
        js_sys::{Function, Reflect},
        wasm_bindgen::{JsCast, JsValue},
    };

    let member = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name)).ok();
    let result = member(&window(), "navigator")
        .and_then(|navigator| member(&navigator, "clipboard"))
        .and_then(|clipboard| {
            Some((member(&clipboard, "writeText")?.dyn_into::<Function>().ok()?, clipboard))
        })
        .and_then(|(write, clipboard)| write.call1(&clipboard, &JsValue::from_str(text)).ok());
    result.is_some()
}

/// The actions that the status allows.
#[component]
fn Actions(editing: Editing, status: Memo<Status>) -> impl IntoView {
    let (launching, archiving) = (RwSignal::new(false), RwSignal::new(false));
    let button = move |class: &'static str,
                       symbol,
                       label: &'static str,
                       pressed: Pressed,
                       action: &'static dyn Fn(Editing, RwSignal<bool>, RwSignal<bool>)| {
        view! {
            <button type="button" class=class disabled=Signal::derive(move || editing.is_busy()) on:click=move |_| action(editing, launching, archiving)>
                <Icon symbol=symbol/>
                {Signal::derive(move || {
                    if editing.is_pressed(pressed) { editing.progress(ExperimentPart::Status) } else { label }
                })}
            </button>
        }
        .into_any()
    };
    let status_button = Pressed::Save(ExperimentPart::Status);
    let next = move || match status.get() {
        _ if editing.deleted.get() => None,
        Status::Draft => Some(button(
            "button primary next-status",
            Symbol::Play,
            "Launch",
            status_button,
            &|_, launching, _| launching.set(true),
        )),
        Status::Paused => Some(button(
            "button primary next-status",
            Symbol::Play,
            "Resume",
            status_button,
            &|_, launching, _| launching.set(true),
        )),
        Status::Running => {
            Some(button("button next-status", Symbol::Pause, "Pause", status_button, &|editing, _, _| {
                change_status(editing, Status::Paused, "Experiment paused");
            }))
        }
        Status::Archived => None,
    };
    let later = move || editing.detail.with(live_later);
    let archive = move || {
        let may_archive = status.get().may_become(Status::Archived) && !editing.deleted.get();
        may_archive.then(|| {
            button("button", Symbol::Archive, "Archive", Pressed::Archive, &|_, _, archiving| {
                archiving.set(true)
            })
        })
    };
    view! {
        <div class="button-row needs-script">{dynamic(archive)} {dynamic(next)}</div>
        <LaunchDialog editing open=launching status/>
        <Dialog open=archiving title="Archive this experiment?">
            <div class="form">
                <p>"Archiving is permanent: users no longer get a variant" {later} ", and the experiment cannot be launched again. The experiment stays readable."</p>
                <p class="quiet">"To stop the experiment temporarily, pause it instead."</p>
                <LiveLaterNote editing/>
                <div class="form-foot">
                    <button type="button" class="button" on:click=move |_| archiving.set(false)>"Cancel"</button>
                    <button
                        type="button"
                        class="button danger"
                        disabled=Signal::derive(move || editing.is_busy())
                        on:click=move |_| {
                            archiving.set(false);
                            change_status(editing, Status::Archived, "Experiment archived");
                        }
                    >
                        "Archive permanently"
                    </button>
                </div>
            </div>
        </Dialog>
    }
}

/// The dialog that confirms launching or resuming, with a warning if the experiment is incomplete.
#[component]
fn LaunchDialog(editing: Editing, open: RwSignal<bool>, status: Memo<Status>) -> impl IntoView {
    let detail = editing.detail;
    let title = Signal::derive(move || {
        let verb = if status.get() == Status::Paused { "Resume" } else { "Start" };
        format!("{verb} this experiment?")
    });
    let missing = move || {
        let obstacle = detail.with(|detail| {
            LaunchObstacle::of(detail.variants.len(), Split::of(&detail.allocations).allocated())
        })?;
        let section = match obstacle {
            LaunchObstacle::NoVariants => "#variants",
            LaunchObstacle::NoShares => "#allocation",
        };
        Some((obstacle.words(), section, obstacle.remedy()))
    };
    let effect = move || {
        detail.with(|detail| {
            let share = percent(Split::of(&detail.allocations).allocated());
            let has_rules = detail.row.targeting_rules.as_deref().is_some_and(|rules| rules.get() != "[]");
            let whom =
                if detail.row.audience_id.is_some() || has_rules { "the targeted users" } else { "users" };
            let environment = &detail.environment.name;
            let later = live_later(detail).unwrap_or_default();
            format!("In {environment}, {share} % of {whom} will get a variant{later}.")
        })
    };
    let is_resume = move || status.get() == Status::Paused;
    let verb = move || if is_resume() { "Resume" } else { "Launch" };
    let launch = move |_| {
        open.set(false);
        change_status(
            editing,
            Status::Running,
            if is_resume() { "Experiment resumed" } else { "Experiment launched" },
        );
    };
    let body = move || {
        match missing() {
        Some((problem, href, first)) => view! {
            <Note tone=Tone::Warning>{problem}</Note>
            <LiveLaterNote editing/>
            <div class="form-foot">
                <button type="button" class="button" disabled=Signal::derive(move || editing.is_busy()) on:click=launch>{verb} " anyway"</button>
                <a class="button primary" href=href on:click=move |_| open.set(false)>{first}</a>
            </div>
        }
        .into_any(),
        None => view! {
            <p>{effect}</p>
            <LiveLaterNote editing/>
            <Show when=move || editing.has_changes()>
                <Note tone=Tone::Warning>"Unsaved changes are not included. Save the changes first to include them."</Note>
            </Show>
            <div class="form-foot">
                <button type="button" class="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button type="button" class="button primary" disabled=Signal::derive(move || editing.is_busy()) on:click=launch>{verb}</button>
            </div>
        }
        .into_any(),
    }
    };
    view! {
        <Dialog open=open title=title>
            <div class="form">{body}</div>
        </Dialog>
    }
}
