use leptos::prelude::*;

use super::{
    drafts::VariantDraft,
    editing::Editing,
    section::{Section, SectionFoot},
};
use crate::{
    calls::ExperimentPart,
    components::{
        Bound, FieldInput, FieldRow, Fold, Icon, MAX_UNFOLDED, PayloadEditor, Symbol, colour, dynamic, flag,
        focus, handle_click, restore_focus, when,
    },
    model::{Split, key, percent},
};

/// The section that edits the variants. All changes are saved at once.
#[component]
pub(super) fn VariantsSection(editing: Editing) -> impl IntoView {
    let drafts = editing.variants;
    let blocked = flag(move || drafts.with(|drafts| drafts.iter().any(|draft| draft.wrong.get())));
    let fold = Fold::new();
    let count = move || drafts.with(Vec::len);
    let rows = move || drafts.get().into_iter().enumerate().collect::<Vec<_>>();
    view! {
        <Section id="variants" title="Variants" about="The variants that users can get. Code receives the key and the optional payload">
            {when(move || drafts.with(Vec::is_empty), || view! {
                <p class="part-empty">"No variants yet. Most experiments have two: an unchanged control and a treatment."</p>
            }.into_any())}
            <ul class="variants" class:folded=Signal::derive(move || fold.is_folded(count()))>
                <For each=rows key=|(place, draft)| (*place, draft.number) let((place, draft))>
                    <Row editing place draft/>
                </For>
            </ul>
            <div class="button-row">
                {fold.button(count, "variants")}
                <button
                    type="button"
                    class="button needs-script add-variant"
                    on:click=handle_click(move |_| {
                        let number = editing.add_variant();
                        focus(&[&format!("#variant-{number}-key")]);
                    })
                >
                    <Icon symbol=Symbol::Add/> "Add variant"
                </button>
            </div>
            <SectionFoot
                editing
                part=ExperimentPart::Variants
                changed=editing.variants_changed
                blocked=blocked
                label="Save variants"
                save=move || editing.save_variants()
                discard=move || editing.discard_variants()
            />
        </Section>
    }
}

/// The row of a variant. In a long list, the row is one line until it is opened.
#[component]
fn Row(editing: Editing, place: usize, draft: VariantDraft) -> impl IntoView {
    let number = draft.number;
    let (is_new, variant) = (draft.is_new(), draft.id.clone());
    let (key, name) = (RwSignal::from(draft.key.clone()), RwSignal::from(draft.name.clone()));
    let deleted = RwSignal::from(draft.deleted.clone());
    let is_long = editing.variants.with_untracked(|drafts| drafts.len() > MAX_UNFOLDED);
    let is_open = RwSignal::new(is_new || !is_long);
    let share = Signal::derive(move || {
        let buckets = editing.split.saved.with(|split: &Split| split.share(Some(&variant)));
        format!("{} %", percent(buckets))
    });
    let label = Signal::derive(move || key.with(|key| format!("Delete variant {key}")));
    let remove = move |_| {
        if is_new {
            let row = editing.remove_variant(number).map(|beside| format!("#variant-{beside}"));
            restore_focus(&[row.as_deref().unwrap_or("#variants .add-variant")]);
        } else {
            deleted.set(true);
            restore_focus(&[&format!("#undo-{number}")]);
        }
    };
    let undo = move |_| {
        deleted.set(false);
        restore_focus(&[&format!("#variant-{number}-delete")]);
    };
    let open = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        is_open.set(true);
        focus(&[&format!("#variant-{number}-name")]);
    };
    let fields = move || {
        if is_open.get() {
            return Some(fields(editing, &draft));
        }
        let payload = draft.payload.get_untracked();
        let has_payload = !payload.is_empty();
        let line = view! {
            <details class="variant-line">
                <summary on:click=handle_click(open)>
                    <code>{key}</code> " " {name}
                    {has_payload.then(|| view! { <span class="quiet">" with a payload"</span> })}
                </summary>
                <pre class="quiet">{payload}</pre>
            </details>
        };
        Some(line.into_any())
    };
    view! {
        <li class="variant" id=format!("variant-{number}") tabindex="-1" class:gone=Signal::derive(move || deleted.get()) class:open=is_open>
            <span class=format!("swatch {}", colour(place)) aria-hidden="true"></span>
            {dynamic(fields)}
            <div class="variant-side">
                <span class="variant-share" title="Share of users">{share}</span>
                <button
                    type="button"
                    id=format!("variant-{number}-delete")
                    class="icon-button needs-script"
                    class:hidden=Signal::derive(move || deleted.get())
                    aria-label=label
                    title="Delete"
                    on:click=handle_click(remove)
                >
                    <Icon symbol=Symbol::Delete/>
                </button>
            </div>
            {when(move || deleted.get(), move || view! {
                <p class="variant-gone">
                    <span>
                        "This variant will be deleted when you save. The users of this variant will get no variant."
                    </span>
                    <button type="button" id=format!("undo-{number}") class="button small" on:click=handle_click(undo)>
                        <Icon symbol=Symbol::Undo/> "Undo"
                    </button>
                </p>
            }.into_any())}
        </li>
    }
}

const KEY: FieldRow = FieldRow::new("key", "Key", FieldInput::Code);
const NAME: FieldRow = FieldRow::new("name", "Name", FieldInput::Line);

/// Renders the inputs of a variant.
fn fields(editing: Editing, draft: &VariantDraft) -> AnyView {
    let number = draft.number;
    let is_new = draft.is_new();
    let [key, name, payload] =
        [&draft.key, &draft.name, &draft.payload].map(|text| RwSignal::from(text.clone()));
    let deleted = RwSignal::from(draft.deleted.clone());
    let field = move |name: &str| format!("variant-{number}-{name}");
    let problem = move |field: &'static str, text: RwSignal<String>| {
        Signal::derive(move || {
            let found = text.with(|text| match field {
                "key" if is_new => key::problem(text.trim()).map(crate::problem::capitalised),
                "name" if text.trim().is_empty() => Some("Must not be empty".to_owned()),
                _ => None,
            });
            found.or_else(|| editing.problem_of_variant(number, field))
        })
    };
    let key_field = if is_new {
        KEY.text(Bound { problem: problem("key", key), ..Bound::new(field("key"), key) })
    } else {
        view! {
            <div class="field">
                <span class="label">"Key"</span>
                <p class="variant-key"><code>{key.get_untracked()}</code></p>
            </div>
        }
        .into_any()
    };
    let name_field = NAME.text(Bound {
        problem: problem("name", name),
        disabled: deleted.into(),
        ..Bound::new(field("name"), name)
    });
    view! {
        <div class="variant-names">{key_field} {name_field}</div>
        <PayloadEditor id=field("payload") text=payload problem=problem("payload", payload)/>
    }
    .into_any()
}
