//! The form to create or change an audience.

use edgewise_api::{FieldPath, resources::Status};
use leptos::prelude::*;

use super::draft::Draft;
use crate::{
    calls::{AudienceUses, SaveAudience},
    components::{
        Bound, ChangeForm, Connection, FieldInput, FieldRow, Note, ProblemNote, RuleEditor, Tone, effect,
        focus, handle_click, inputs::Choice, restore_focus,
    },
    model::Rules,
    pages::leave_guard,
    problem::{Problem, capitalised},
    transport::{Change, Loading},
};

const NAME: FieldRow = FieldRow::new("name", "Name", FieldInput::Line)
    .hint("A name for this group of users")
    .sent_as("name")
    .required();
const ENVIRONMENT: FieldRow = FieldRow::new("environmentId", "Environment", FieldInput::Choice)
    .hint("The environment cannot be changed later")
    .sent_as("environment_id");

/// The form. Rules are submitted only if they have changed, because submitting them publishes them.
#[component]
pub(super) fn AudienceEditor(
    save: Change<SaveAudience>,
    draft: Draft,
    /// Ids and names of the environments to select from, for a new audience.
    #[prop(optional)]
    environments: Vec<(String, String)>,
    /// The experiments that use the audience.
    #[prop(optional)]
    uses: Option<Loading<AudienceUses>>,
) -> impl IntoView {
    let Draft { name, rules, changed, rules_changed, .. } = draft;
    let id = draft.id();
    let is_new = id.is_none();
    let restored = draft.survive_reloads();
    // The problem that was found before submitting.
    let missing_input = RwSignal::new(None::<Problem>);
    let problem = Memo::new(move |_| save.problem());
    let rules_problem = Signal::derive(move || {
        let is_here = |problem: &Problem| problem.is_within(&FieldPath::of("rules"));
        missing_input.get().or_else(|| problem.get().filter(is_here))
    });
    let name_problem =
        Signal::derive(move || problem.with(|problem| problem.as_ref()?.for_field(&FieldPath::of("name"))));
    effect(move || match save.response() {
        Some(Ok(saved)) => draft.set_saved(&saved.value),
        Some(Err(problem)) if problem.is_missing() && !is_new => draft.notice_deletion(),
        Some(Err(problem)) if problem.is_stale() => draft.refresh(save.pending()),
        _ => {}
    });
    let updates = Connection::from_context().updates;
    Effect::new(move |before: Option<u32>| {
        let now = updates.get();
        if before.is_some_and(|before| before != now) && !save.pending().get_untracked() {
            draft.refresh(save.pending());
        }
        now
    });
    // Without scripts, the form is always submitted.
    let has_scripts = RwSignal::new(false);
    Effect::new(move || has_scripts.set(true));
    let has_nothing_to_save = move || !is_new && has_scripts.get() && !changed.get();
    leave_guard::confirm_leaving("Leave without saving? Your changes will be lost.", move || {
        draft.has_changes()
    });
    let check = Callback::new(move |()| {
        let is_sent = rules_changed.get_untracked();
        let missing =
            rules.with_untracked(|rules| rules.problem(&FieldPath::of("rules"))).filter(|_| is_sent);
        // Enter in the name submits, too.
        let is_idle = !is_new && !changed.get_untracked();
        // What the note asks must be decided first.
        let is_in_conflict = draft.conflict.with_untracked(Option::is_some);
        if is_in_conflict {
            focus(&[".audience-form .note button"]);
        }
        let may_be_sent = missing.is_none() && !is_idle && !is_in_conflict;
        missing_input.set(missing.map(Problem::from));
        may_be_sent
    });

    let general_problem = move || {
        let conflict = draft.conflict.get();
        let problem = problem.get().filter(|_| !draft.deleted.get());
        if conflict.is_some() || problem.as_ref().is_some_and(Problem::is_stale) {
            return Some(conflict_note(draft, save, conflict.unwrap_or_default()));
        }
        let problem = problem?;
        let is_about = |name: &str| problem.is_within(&FieldPath::of(name));
        (!is_about("rules") && !is_about("name")).then(|| view! { <ProblemNote problem/> }.into_any())
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
        let choices = environments.iter().map(|(id, name)| Choice::new(id, name)).collect();
        ENVIRONMENT.select(Bound::new("environment", draft.environment), choices)
    });
    let id = id.map(|id| {
        view! {
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="revision" value=move || draft.revision.get()/>
        }
    });
    let discard = move |_| {
        draft.discard();
        missing_input.set(None);
        save.clear();
    };
    view! {
        <ChangeForm change=save.submission() check attr:class="card form audience-form">
            {restored}
            {id}
            <div class="audience-fields">
                {NAME.text(Bound { problem: name_problem, ..Bound::new("name", name) })}
                {environment}
            </div>
            <div class="audience-rules-head">
                <h2>"Rules"</h2>
                <p class="quiet">"Rules use the attributes that your code sends as the user's context."</p>
            </div>
            <RuleEditor rules problem=rules_problem/>
            <input
                type="hidden" name="rules" value=move || rules.with(Rules::to_text)
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

/// A note that somebody else changed the audience. `changes` are in words, and empty while they are not known.
fn conflict_note(draft: Draft, save: Change<SaveAudience>, changes: Vec<String>) -> AnyView {
    let reload = move |keep_changes| {
        save.clear();
        draft.reload(keep_changes);
        restore_focus(&["#name"]);
    };
    let line = |words: String| view! { <li>{capitalised(&words)}</li> };
    view! {
        <Note tone=Tone::Warning>
            <strong>"Someone changed this audience since you opened it."</strong>
            " Your changes have not been saved."
            <ul class="note-list">{changes.into_iter().map(line).collect_view()}</ul>
            <div class="note-actions needs-script">
                <button type="button" class="button small" on:click=handle_click(move |_| reload(false))>"Reload and discard my changes"</button>
                <button type="button" class="button small" on:click=handle_click(move |_| reload(true))>"Keep my changes"</button>
            </div>
        </Note>
    }
    .into_any()
}
