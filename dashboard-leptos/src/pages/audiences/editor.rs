//! The form that makes or changes an audience.

use edgewise_api::resources::{AudienceRow, AudienceUses, Status};
use leptos::prelude::*;

use crate::{
    calls::SaveAudience,
    components::{ChangeForm, Field, Note, ProblemNote, RuleEditor, Toasts, Tone},
    model::{Kept, Rules},
    pages::leaving,
    problem::Problem,
    transport::{Change, Loading},
};

/// An audience as it is edited, and as it is kept.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// `None` for one that is not there yet.
    id: StoredValue<Option<String>>,
    /// The one that was read, which alone may be overwritten.
    pub(super) revision: RwSignal<i64>,
    name: RwSignal<String>,
    rules: RwSignal<Rules>,
    pub(super) saved_name: RwSignal<String>,
    /// As JSON.
    saved_rules: RwSignal<String>,
}

impl Draft {
    /// A new one, which matches everyone.
    pub(super) fn new() -> Self {
        Self::with(None, 0, String::new(), Rules::default(), None)
    }

    /// That of an audience; with what has been begun to be changed, if anything.
    pub(super) fn of(audience: &Kept<AudienceRow>, begun: Option<(String, Rules)>) -> Self {
        let row = &audience.value;
        Self::with(
            Some(row.id.clone()),
            audience.revision,
            row.name.clone(),
            Rules::of_json(&row.rules),
            begun,
        )
    }

    fn with(
        id: Option<String>,
        revision: i64,
        name: String,
        rules: Rules,
        begun: Option<(String, Rules)>,
    ) -> Self {
        let (saved_name, saved_rules) = (RwSignal::new(name.clone()), RwSignal::new(rules.to_json()));
        let (name, rules) = begun.unwrap_or((name, rules));
        Self {
            id: StoredValue::new(id),
            revision: RwSignal::new(revision),
            name: RwSignal::new(name),
            rules: RwSignal::new(rules),
            saved_name,
            saved_rules,
        }
    }

    /// Takes note that it was saved so. What has been typed since stays.
    fn was_saved(self, audience: &Kept<AudienceRow>) {
        let row = &audience.value;
        if self.id.with_value(|id| id.as_deref() == Some(&row.id)) {
            self.revision.set(audience.revision);
            self.saved_name.set(row.name.clone());
            self.saved_rules.set(Rules::of_json(&row.rules).to_json());
        }
    }

    fn is_new(self) -> bool {
        self.id.with_value(Option::is_none)
    }
}

/// The form. Its rules are sent only if they have changed: sending them publishes them.
#[component]
pub(super) fn AudienceEditor(
    save: Change<SaveAudience>,
    draft: Draft,
    /// The environments to choose from, as ids and names, for a new one.
    #[prop(optional)]
    choice: Vec<(String, String)>,
    /// The id of the environment that is chosen at first.
    #[prop(optional)]
    chosen: String,
    /// Where it is used.
    #[prop(optional)]
    uses: Option<Loading<AudienceUses>>,
    /// Reads it again, and goes on with what it is given, if anything.
    #[prop(optional)]
    reload: Option<Callback<Option<(String, Rules)>>>,
) -> impl IntoView {
    let Draft { name, rules, .. } = draft;
    let is_new = draft.is_new();
    let toasts = Toasts::of_page();
    // What is wrong before the server is asked.
    let unfinished = RwSignal::new(None::<String>);
    let problem = Memo::new(move |_| save.problem());
    let of_field = move |name: &'static str| {
        problem.with(|problem| problem.as_ref().and_then(|problem| problem.of_field(name)))
    };
    let rules_problem = Signal::derive(move || unfinished.get().or_else(|| of_field("rules")));
    let name_problem = Signal::derive(move || {
        let taken = problem
            .with(|problem| problem.as_ref().filter(|problem| problem.status == 409).map(Problem::words));
        taken.or_else(|| of_field("name"))
    });
    let rules_changed = Memo::new(move |_| rules.with(Rules::to_json) != draft.saved_rules.get());
    let changed = Memo::new(move |_| rules_changed.get() || name.get() != draft.saved_name.get());

    Effect::new(move || {
        if let Some(Ok(done)) = save.answer() {
            draft.was_saved(&done.value);
        }
    });
    leaving::ask_first("Leave without saving? What you changed is lost.", move || changed.get());
    let check = Callback::new(move |()| {
        let is_sent = rules_changed.get_untracked();
        let missing = rules.with_untracked(|rules| rules.problem("rules")).filter(|_| is_sent);
        let is_idle = !is_new && !changed.get_untracked();
        if is_idle {
            toasts.say(Tone::Info, "Nothing has changed");
        }
        let may_be_sent = missing.is_none() && !is_idle;
        unfinished.set(missing);
        may_be_sent
    });

    let other_problem = move || {
        let problem = problem.get()?;
        let is_elsewhere = problem.of_field("rules").is_some() || problem.of_field("name").is_some();
        if is_elsewhere || problem.status == 409 {
            return None;
        }
        Some(match reload {
            Some(reload) if problem.is_stale() => stale(draft, reload),
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
                    " Saving changes whom "{if running == 1 { "it reaches" } else { "all of them reach" }}", at once."
                </Note>
            }
        })
    };
    let environment = (!choice.is_empty()).then(|| {
        let options: Vec<_> = choice
            .into_iter()
            .map(|(id, name)| {
                let selected = id == chosen;
                view! { <option value=id selected=selected>{name}</option> }
            })
            .collect();
        view! {
            <Field id="environment" label="Environment" hint="It cannot be moved to another one later">
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
    let unsaved =
        move || (!is_new && changed.get()).then(|| view! { <span class="quiet">"Not saved yet"</span> });
    view! {
        <ChangeForm change=save.sent() check attr:class="card form audience-form">
            {id}
            <div class="audience-fields">
                <Field id="name" label="Name" hint="As your team calls these users" problem=name_problem>
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
                <p class="quiet">"Attributes are those that your code sends as the user's context."</p>
            </div>
            <RuleEditor rules problem=rules_problem/>
            <input
                type="hidden" name="rules" value=move || rules.with(Rules::to_json)
                disabled=move || !is_new && !rules_changed.get()
            />
            {other_problem}
            {consequence}
            <div class="form-foot">
                {unsaved}
                <button type="submit" class="button primary" disabled=save.pending()>
                    {if is_new { "Create audience" } else { "Save" }}
                </button>
            </div>
        </ChangeForm>
    }
}

/// Somebody else was faster.
fn stale(draft: Draft, reload: Callback<Option<(String, Rules)>>) -> AnyView {
    let toasts = Toasts::of_page();
    let keep = move |_| {
        reload.run(Some((draft.name.get_untracked(), draft.rules.get_untracked())));
        toasts.say(Tone::Info, "Your changes are still here: saving replaces what the other person saved");
    };
    view! {
        <Note tone=Tone::Warning>
            <strong>"Someone changed this audience since you opened it."</strong>
            " Nothing of yours has been saved."
            <div class="note-actions">
                <button type="button" class="button small" on:click=move |_| reload.run(None)>"Reload, and drop my changes"</button>
                <button type="button" class="button small" on:click=keep>"Keep my changes"</button>
            </div>
        </Note>
    }
    .into_any()
}
