//! The steps with input.

use std::sync::Arc;

use edgewise_api::{
    FieldPath, limits,
    resources::{AudienceRow, Environment},
};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    draft::{Draft, VariantDraft},
    keys::NamedKey,
    step::Step,
};
use crate::{
    calls::{CreateDraft, ListAudienceOptions},
    components::{
        Bound, Field, FieldInput, FieldRow, Icon, PayloadEditor, RuleEditor, SplitEditor, Symbol, focus,
        handle_click, handle_input, inputs::Choice, restore_focus,
    },
    model::{ChosenAudience, Rules, links},
    pages::loaded::Loaded,
    transport::Loading,
};

/// Renders the frame of a step.
pub(super) fn section(
    draft: Draft,
    step: Step,
    title: &'static str,
    words: &'static str,
    content: AnyView,
) -> AnyView {
    view! {
        <section class="card wizard-step" hidden=Signal::derive(move || draft.step.get() != step) aria-labelledby=step.title_id()>
            <header>
                <h2 id=step.title_id() tabindex="-1">{title}</h2>
                <p class="quiet">{words}</p>
            </header>
            {content}
        </section>
    }
    .into_any()
}

/// What a key must look like.
const KEY_FORM: &str = "Letters, digits, hyphens, underscores and dots";

const ENVIRONMENT: FieldRow = FieldRow::new("environmentId", "Environment", FieldInput::Choice)
    .hint("The environment whose users take part")
    .sent_as("environment")
    .required();
const NAME: FieldRow = FieldRow::new("name", "Name", FieldInput::Line)
    .hint("For people, such as Checkout button colour")
    .sent_as("name")
    .required();
const KEY: FieldRow = FieldRow::new("key", "Key", FieldInput::Code)
    .hint("For code. Letters, digits, hyphens, underscores and dots. The key cannot be changed later")
    .sent_as("key");
const DESCRIPTION: FieldRow = FieldRow::new("description", "Description", FieldInput::Prose(3))
    .hint("The purpose and the expected result. Optional")
    .sent_as("description")
    .max_chars(limits::DESCRIPTION_CHARS);
const VARIANT_NAME: FieldRow = FieldRow::new("name", "Name", FieldInput::Line);
const VARIANT_KEY: FieldRow = FieldRow::new("key", "Key", FieldInput::Code).hint(KEY_FORM);

/// Binds a field to a value of the draft. What is entered is forgotten as a problem before `set` takes it.
fn bound(
    draft: Draft,
    id: impl Into<String>,
    value: RwSignal<String>,
    path: impl Fn() -> FieldPath + Clone + Send + Sync + 'static,
    set: impl Fn(String) + Send + Sync + 'static,
) -> Bound {
    let problem = draft.problem_of(path.clone());
    let set = Callback::new(move |text| {
        draft.forget_problem(&path());
        set(text);
    });
    Bound { problem, set, ..Bound::new(id, value) }
}

/// The first step: environment, name, key and description.
pub(super) fn basics(draft: Draft, environments: Vec<Environment>) -> AnyView {
    let Draft { environment, name, key, key_is_edited, description, .. } = draft;
    let is_chosen = environment.with_untracked(|chosen| !chosen.is_empty());
    let none = (!is_chosen).then(|| Choice::new("", "Choose an environment"));
    let choices = environments.iter().map(|environment| Choice::new(&environment.id, &environment.name));
    let choose = move |id| {
        environment.set(id);
        draft.audience.set(None);
    };
    let set_name = move |text| {
        name.set(text);
        NamedKey::of_experiment(draft).follow(draft);
    };
    let set_key = move |text: String| {
        key_is_edited.set(!text.is_empty());
        key.set(text);
    };
    let path = |row: FieldRow| move || FieldPath::of(row.name);
    let content = view! {
        <form class="form" method="post" action=links::url(CreateDraft::PATH) on:submit=move |event| {
            event.prevent_default();
            draft.next();
        }>
            {ENVIRONMENT.select(
                bound(draft, "environment", environment, path(ENVIRONMENT), choose),
                none.into_iter().chain(choices).collect(),
            )}
            {NAME.text(bound(draft, "name", name, path(NAME), set_name))}
            {KEY.text(bound(draft, "key", key, path(KEY), set_key))}
            {DESCRIPTION.text(bound(draft, "description", description, path(DESCRIPTION), move |text| description.set(text)))}
            <div class="form-foot without-script">
                <button class="button primary">"Create as draft"</button>
            </div>
        </form>
    };
    let words = "Name and description are for people. Code refers to the experiment by its key.";
    section(draft, Step::Basics, "Name the experiment", words, content.into_any())
}

/// The second step: variants.
pub(super) fn variants(draft: Draft) -> AnyView {
    let content = view! {
        <div class="variant-drafts">
            <For each=move || draft.variants.get() key=|variant| variant.id.clone() let:variant>
                {variant_draft(draft, variant)}
            </For>
        </div>
        <div>
            <button type="button" class="button" on:click=handle_click(move |_| {
                draft.touched.set_value(true);
                let id = draft.add_variant("Treatment");
                focus(&[&format!("#variant-{id}-name")]);
            })>
                <Icon symbol=Symbol::Add/> "Add a variant"
            </button>
        </div>
    };
    let words = "Each user gets one variant. The first one is usually the unchanged control.";
    section(draft, Step::Variants, "Define the variants", words, content.into_any())
}

fn variant_draft(draft: Draft, variant: VariantDraft) -> AnyView {
    let named = NamedKey::of_variant(&variant);
    let VariantDraft { id, name, key, key_is_edited, payload } = variant;
    let place = {
        let id = id.clone();
        move || {
            draft
                .variants
                .with(|variants| variants.iter().position(|variant| variant.id == id))
                .unwrap_or_default()
        }
    };
    let field = |name: &'static str| {
        let place = place.clone();
        Arc::new(move || FieldPath::of("variants").at(place()).then(name))
    };
    let path = |row: FieldRow| {
        let field = field(row.name);
        move || field()
    };
    let set_name = move |text| {
        name.set(text);
        named.clone().follow(draft);
    };
    let set_key = move |text: String| {
        key_is_edited.set(!text.is_empty());
        key.set(text);
    };
    let name_field = {
        let id = format!("variant-{id}-name");
        VARIANT_NAME.text(bound(draft, id, name, path(VARIANT_NAME), set_name))
    };
    let key_field = {
        let id = format!("variant-{id}-key");
        VARIANT_KEY.text(bound(draft, id, key, path(VARIANT_KEY), set_key))
    };
    let (row, payload_id) = (format!("variant-{id}"), format!("variant-{id}-payload"));
    let payload_problem = {
        let field = field("payload");
        draft.problem_of(move || field())
    };
    let is_only = Signal::derive(move || draft.variants.with(|variants| variants.len() < 2));
    let label = Signal::derive(move || format!("Remove {}", name.get()));
    view! {
        <fieldset class="variant-draft" id=row tabindex="-1">
            <legend class="visually-hidden">{name}</legend>
            {name_field}
            {key_field}
            <button
                type="button" class="icon-button variant-remove" aria-label=label disabled=is_only
                on:click=handle_click(move |_| {
                    let next = draft.remove_variant(&id).map(|next| format!("#variant-{next}"));
                    restore_focus(&[next.as_deref().unwrap_or(".variant-drafts input")]);
                })
            >
                <Icon symbol=Symbol::Delete/>
            </button>
            <div class="variant-payload"><PayloadEditor id=payload_id text=payload problem=payload_problem/></div>
        </fieldset>
    }
    .into_any()
}

/// Renders a problem that has no field.
fn problem_line(problem: Signal<Option<String>>) -> AnyView {
    view! { <p class="problem" role="alert" hidden=Signal::derive(move || problem.with(Option::is_none))>{problem}</p> }
        .into_any()
}

/// The third step: the split.
pub(super) fn split(draft: Draft) -> AnyView {
    let problem = draft.problem_of(|| FieldPath::of("allocations"));
    let content = view! {
        <SplitEditor parts=Signal::derive(move || draft.parts()) split=draft.split wrong=draft.wrong_shares/>
        {problem_line(problem)}
    };
    let words = "The share of targeted users for each variant. Nothing changes for users without a variant.";
    section(draft, Step::Split, "Split the users", words, content.into_any())
}

/// The fourth step: audience and rules.
pub(super) fn audience(draft: Draft) -> AnyView {
    let audiences = Loading::new(move || ListAudienceOptions { environment: draft.environment.get() });
    let problem = draft.problem_of(|| FieldPath::of("audienceId"));
    let rules_problem = draft.rules_problem();
    let content = view! {
        <Loaded from=audiences rows=1 render={move |audiences: Vec<AudienceRow>| audience_choice(draft, audiences)}/>
        {problem_line(problem)}
        <div class="form">
            <h3 class="label">"Rules of this experiment"</h3>
            <RuleEditor rules=draft.rules problem=rules_problem/>
        </div>
    };
    let words = "Everyone takes part by default. With an audience and rules, users must match both.";
    section(draft, Step::Audience, "Choose the users", words, content.into_any())
}

/// Renders the selection of an audience of the environment.
fn audience_choice(draft: Draft, audiences: Vec<AudienceRow>) -> AnyView {
    let hint = if audiences.is_empty() {
        "This environment has no audiences yet. You can continue and select one later"
    } else {
        "A set of rules that several experiments share"
    };
    let options = audiences
        .iter()
        .map(|audience| view! { <option value=audience.id.clone()>{audience.name.clone()}</option> })
        .collect_view();
    let choose = move |event| {
        let id = event_target_value(&event);
        let chosen = audiences.iter().find(|audience| audience.id == id).map(|audience| ChosenAudience {
            id,
            name: audience.name.clone(),
            words: Rules::from_json(&audience.rules).describe(),
        });
        draft.audience.set(chosen);
    };
    let chosen = Signal::derive(move || {
        draft.audience.with(|audience| audience.as_ref().map(|chosen| chosen.words.clone()))
    });
    view! {
        <Field id="audience" label="Audience" hint=hint>
            <select
                id="audience" aria-describedby="audience-note" on:change=handle_input(choose)
                prop:value=Signal::derive(move || draft.audience.with(|audience| audience.as_ref().map(|chosen| chosen.id.clone()).unwrap_or_default()))
            >
                <option value="">"Everyone"</option>
                {options}
            </select>
        </Field>
        <p class="quiet" hidden=Signal::derive(move || chosen.get().is_none())>"Matches " {chosen}</p>
    }
    .into_any()
}
