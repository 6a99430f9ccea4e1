//! The form to create or change an audience.

use edgewise_api::{
    FieldPath,
    resources::{AudienceRow, Status},
};
use leptos::prelude::*;
use serde_json::value::RawValue;

use crate::{
    calls::{AudienceUses, SaveAudience},
    components::{ChangeForm, Field, Note, ProblemNote, RuleEditor, Toasts, Tone},
    model::{Rules, Saved},
    pages::leave_guard,
    problem::Problem,
    transport::{Change, Loading},
};

/// An audience as it is edited and as it is saved.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// `None` for a new audience.
    id: StoredValue<Option<String>>,
    /// The revision that was loaded, the only one that may be overwritten.
    pub(super) revision: RwSignal<i64>,
    name: RwSignal<String>,
    rules: RwSignal<Rules>,
    pub(super) saved_name: RwSignal<String>,
    /// As JSON.
    saved_rules: RwSignal<String>,
}

impl Draft {
    /// Creates a draft that matches everyone.
    pub(super) fn new() -> Self {
        Self::with(None, 0, String::new(), Rules::default(), None)
    }

    /// Creates a draft of an audience, with changes that were not saved.
    pub(super) fn of(audience: &Saved<AudienceRow>, unsaved: Option<(String, Rules)>) -> Self {
        let row = &audience.value;
        Self::with(
            Some(row.id.clone()),
            audience.revision,
            row.name.clone(),
            Rules::from_json(&row.rules),
            unsaved,
        )
    }

    fn with(
        id: Option<String>,
        revision: i64,
        name: String,
        rules: Rules,
        unsaved: Option<(String, Rules)>,
    ) -> Self {
        let (saved_name, saved_rules) = (RwSignal::new(name.clone()), RwSignal::new(rules.to_json()));
        let (name, rules) = unsaved.unwrap_or((name, rules));
        Self {
            id: StoredValue::new(id),
            revision: RwSignal::new(revision),
            name: RwSignal::new(name),
            rules: RwSignal::new(rules),
            saved_name,
            saved_rules,
        }
    }

    /// Sets the saved state. Later input stays.
    fn set_saved(self, audience: &Saved<AudienceRow>) {
        let row = &audience.value;
        if self.id.with_value(|id| id.as_deref() == Some(&row.id)) {
            self.revision.set(audience.revision);
            self.saved_name.set(row.name.clone());
            self.saved_rules.set(Rules::from_json(&row.rules).to_json());
        }
    }

    fn is_new(self) -> bool {
        self.id.with_value(Option::is_none)
    }
}

/// The form. Rules are submitted only if they have changed, because submitting them publishes them.
#[component]
pub(super) fn AudienceEditor(
    save: Change<SaveAudience>,
    draft: Draft,
    /// Ids and names of the environments to select from, for a new audience.
    #[prop(optional)]
    environments: Vec<(String, String)>,
    /// The id of the environment that is selected at first.
    #[prop(optional)]
    chosen: String,
    /// The experiments that use the audience.
    #[prop(optional)]
    uses: Option<Loading<AudienceUses>>,
    /// Reloads the audience, and restores the given unsaved changes.
    #[prop(optional)]
    reload: Option<Callback<Option<(String, Rules)>>>,
) -> impl IntoView {
    let Draft { name, rules, .. } = draft;
    let is_new = draft.is_new();
    // The problem that was found before submitting.
    let missing_input = RwSignal::new(None::<Problem>);
    let problem = Memo::new(move |_| save.problem());
    let rules_problem = Signal::derive(move || {
        let is_here = |problem: &Problem| problem.is_within(&FieldPath::of("rules"));
        missing_input.get().or_else(|| problem.get().filter(is_here))
    });
    let name_problem =
        Signal::derive(move || problem.with(|problem| problem.as_ref()?.for_field(&FieldPath::of("name"))));
    let rules_changed = Memo::new(move |_| rules.with(Rules::to_json) != draft.saved_rules.get());
    let changed = Memo::new(move |_| rules_changed.get() || name.get() != draft.saved_name.get());

    Effect::new(move || {
        if let Some(Ok(saved)) = save.response() {
            draft.set_saved(&saved.value);
        }
    });
    // Without scripts, the form is always submitted.
    let has_scripts = RwSignal::new(false);
    Effect::new(move || has_scripts.set(true));
    let has_nothing_to_save = move || !is_new && has_scripts.get() && !changed.get();
    leave_guard::confirm_leaving("Leave without saving? Your changes will be lost.", move || changed.get());
    let check = Callback::new(move |()| {
        let is_sent = rules_changed.get_untracked();
        let missing =
            rules.with_untracked(|rules| rules.problem(&FieldPath::of("rules"))).filter(|_| is_sent);
        // Enter in the name submits, too.
        let is_idle = !is_new && !changed.get_untracked();
        let may_be_sent = missing.is_none() && !is_idle;
        missing_input.set(missing.map(Problem::from));
        may_be_sent
    });

    let general_problem = move || {
        let problem = problem.get()?;
        let is_about = |name: &str| problem.is_within(&FieldPath::of(name));
        if is_about("rules") || is_about("name") {
            return None;
        }
        Some(match reload {
            Some(reload) if problem.is_stale() => stale_note(draft, reload),
            _ => view! { <ProblemNote problem/> }.into_any(),
        })
    };
    let consequence = move || {
        let uses = uses.filter(|_| rules_changed.get())?.get()?.ok()?;
        let running = uses.counts.of(Status::Running);
        let experiments = if running == 1 { " running experiment uses" } else { " running experiments use" };
        (running > 0).then(|| {
            view! {
                <Note tone=Tone::Warning>
                    <strong>{running}{experiments}" this audience."</strong>
                    " Saving changes which users "{if running == 1 { "it reaches" } else { "they reach" }}" immediately."
                </Note>
            }
        })
    };
    let environment = (!environments.is_empty()).then(|| {
        let options: Vec<_> = environments
            .into_iter()
            .map(|(id, name)| {
                let selected = id == chosen;
                view! { <option value=id selected=selected>{name}</option> }
            })
            .collect();
        view! {
            <Field id="environment" label="Environment" hint="The environment cannot be changed later">
                <select id="environment" name="environment_id" autocomplete="off" aria-describedby="environment-note">{options}</select>
            </Field>
        }
    });
    let first_name = name.get_untracked();
    let id = draft.id.get_value().map(|id| {
        view! {
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="revision" value=move || draft.revision.get()/>
        }
    });
    let discard = move |_| {
        name.set(draft.saved_name.get_untracked());
        if let Ok(saved) = RawValue::from_string(draft.saved_rules.get_untracked()) {
            rules.set(Rules::from_json(&saved));
        }
        missing_input.set(None);
        save.clear();
    };
    view! {
        <ChangeForm change=save.submission() check attr:class="card form audience-form">
            {id}
            <div class="audience-fields">
                <Field id="name" label="Name" hint="A name for this group of users" problem=name_problem>
                    <input
                        id="name" name="name" required maxlength="256" autocomplete="off" aria-describedby="name-note"
                        aria-invalid=move || name_problem.with(Option::is_some).then_some("true")
                        value=first_name prop:value=name on:input=move |event| name.set(event_target_value(&event))
                    />
                </Field>
                {environment}
            </div>
            <div class="audience-rules-head">
                <h2>"Rules"</h2>
                <p class="quiet">"Rules use the attributes that your code sends as the user's context."</p>
            </div>
            <RuleEditor rules problem=rules_problem/>
            <input
                type="hidden" name="rules" value=move || rules.with(Rules::to_json)
                disabled=move || !is_new && !rules_changed.get()
            />
            {general_problem}
            {consequence}
            <footer class="part-foot">
                <span class="part-state" aria-live="polite">{move || if !is_new && changed.get() { "Unsaved changes" } else { "" }}</span>
                {(!is_new).then(|| view! {
                    <button
                        type="button" class="button plain needs-script"
                        disabled=move || !changed.get() || save.pending().get() on:click=discard
                    >
                        "Discard"
                    </button>
                })}
                <button type="submit" class="button primary" disabled=move || has_nothing_to_save() || save.pending().get()>
                    {if is_new { "Create audience" } else { "Save" }}
                </button>
            </footer>
        </ChangeForm>
    }
}

/// A note that somebody else changed the audience.
fn stale_note(draft: Draft, reload: Callback<Option<(String, Rules)>>) -> AnyView {
    let toasts = Toasts::from_context();
    let keep = move |_| {
        reload.run(Some((draft.name.get_untracked(), draft.rules.get_untracked())));
        toasts.show(Tone::Info, "Your changes are still here. Saving replaces the other person's changes");
    };
    view! {
        <Note tone=Tone::Warning>
            <strong>"Someone changed this audience since you opened it."</strong>
            " Your changes have not been saved."
            <div class="note-actions">
                <button type="button" class="button small" on:click=move |_| reload.run(None)>"Reload and discard my changes"</button>
                <button type="button" class="button small" on:click=keep>"Keep my changes"</button>
            </div>
        </Note>
    }
    .into_any()
}
