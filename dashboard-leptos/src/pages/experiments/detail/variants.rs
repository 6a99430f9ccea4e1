use leptos::prelude::*;

use super::{
    drafts::VariantDraft,
    editing::Editing,
    section::{Section, SectionFoot},
};
use crate::{
    calls::ExperimentPart,
    components::{Field, Icon, PayloadEditor, Symbol, colour},
    model::{Split, object_problem, percent},
};

/// The section that edits the variants. All changes are saved at once.
#[component]
pub(super) fn VariantsSection(editing: Editing) -> impl IntoView {
    let drafts = editing.variants;
    let blocked = move || {
        drafts.with(|drafts| {
            let wrong = |draft: &VariantDraft| {
                let lacks = |text: &ArcRwSignal<String>| text.with(|text| text.trim().is_empty());
                let payload_is_wrong = draft.payload.with(|payload| object_problem(payload).is_some());
                !draft.deleted.get() && (payload_is_wrong || lacks(&draft.key) || lacks(&draft.name))
            };
            drafts.iter().any(wrong)
        })
    };
    let rows = move || drafts.get().into_iter().enumerate().collect::<Vec<_>>();
    view! {
        <Section id="variants" title="Variants" about="The variants that users can get. Code receives the key and the optional payload">
            <Show when=move || drafts.with(Vec::is_empty)>
                <p class="part-empty">"No variants yet. Most experiments have two: an unchanged control and a treatment."</p>
            </Show>
            <ul class="variants">
                <For each=rows key=|(place, draft)| (*place, draft.number) let((place, draft))>
                    <Row editing place draft/>
                </For>
            </ul>
            <div class="needs-script">
                <button type="button" class="button" on:click=move |_| editing.add_variant()>
                    <Icon symbol=Symbol::Add/> "Add variant"
                </button>
            </div>
            <SectionFoot
                editing
                part=ExperimentPart::Variants
                changed=Signal::derive(move || editing.variants_changed())
                blocked=Signal::derive(blocked)
                label="Save variants"
                save=move || editing.save_variants()
                discard=move || editing.discard_variants()
            />
        </Section>
    }
}

/// The row of a variant.
#[component]
fn Row(editing: Editing, place: usize, draft: VariantDraft) -> impl IntoView {
    let VariantDraft { number, ref id, .. } = draft;
    let (is_new, variant) = (draft.is_new(), id.clone());
    let [key, name, payload] = [draft.key, draft.name, draft.payload].map(RwSignal::from);
    let deleted = RwSignal::from(draft.deleted);
    let field = move |name: &str| format!("variant-{number}-{name}");
    let problem = move |field: &'static str, text: RwSignal<String>| {
        Signal::derive(move || {
            let empty = text.with(|text| text.trim().is_empty());
            let empty = (empty && field != "payload").then(|| "Must not be empty".to_owned());
            empty.or_else(|| editing.problem_of_variant(number, field))
        })
    };
    let share = {
        let variant = variant.clone();
        move || {
            let buckets = editing.split.saved.with(|split: &Split| split.share(Some(&variant)));
            format!("{} %", percent(buckets))
        }
    };
    let label = move || key.with(|key| format!("Delete variant {key}"));
    let remove = move |_| {
        if is_new {
            editing.variants.update(|drafts| drafts.retain(|draft| draft.number != number));
        } else {
            deleted.set(true);
        }
    };
    let key_field = if is_new {
        let id = field("key");
        let note = format!("{id}-note");
        view! {
            <Field id=id.clone() label="Key" problem=problem("key", key)>
                <input
                    id=id
                    class="mono"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby=note
                    prop:value=move || key.get()
                    on:input=move |event| key.set(event_target_value(&event))
                />
            </Field>
        }
        .into_any()
    } else {
        view! {
            <div class="field">
                <span class="label">"Key"</span>
                <p class="variant-key"><code>{key.get_untracked()}</code></p>
            </div>
        }
        .into_any()
    };
    let id = field("name");
    let initial = name.get_untracked();
    view! {
        <li class="variant" class:gone=move || deleted.get()>
            <span class=format!("swatch {}", colour(place)) aria-hidden="true"></span>
            <div class="variant-names">
                {key_field}
                <Field id=id.clone() label="Name" problem=problem("name", name)>
                    <input
                        id=id.clone()
                        autocomplete="off"
                        value=initial
                        aria-describedby=format!("{id}-note")
                        disabled=move || deleted.get()
                        prop:value=move || name.get()
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                </Field>
            </div>
            <PayloadEditor id=field("payload") text=payload problem=problem("payload", payload)/>
            <div class="variant-side">
                <span class="variant-share" title="Share of users">{share}</span>
                <button
                    type="button"
                    class="icon-button needs-script"
                    class:hidden=move || deleted.get()
                    aria-label=label
                    title="Delete"
                    on:click=remove
                >
                    <Icon symbol=Symbol::Delete/>
                </button>
            </div>
            <Show when=move || deleted.get()>
                <p class="variant-gone">
                    <span>
                        "This variant will be deleted when you save. The users of this variant will get no variant."
                    </span>
                    <button type="button" class="button small" on:click=move |_| deleted.set(false)>
                        <Icon symbol=Symbol::Undo/> "Undo"
                    </button>
                </p>
            </Show>
        </li>
    }
}
