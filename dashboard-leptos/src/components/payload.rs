use leptos::prelude::*;

use super::{handle_click, handle_input};
use crate::model::{formatted, object_problem};

/// An editor for a JSON object that validates the input as it is typed. Empty input stands for no payload.
#[component]
pub(crate) fn PayloadEditor(
    /// The input's id.
    #[prop(into)]
    id: String,
    /// The edited JSON.
    text: RwSignal<String>,
    /// The problem that the server reported.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let note = format!("{id}-note");
    let wrong = Memo::new(move |_| text.with(|text| object_problem(text)).or_else(|| problem.get()));
    let may_format = move || wrong.with(Option::is_none) && text.with(|text| formatted(text) != *text);
    let rows = move || text.with(|text| text.lines().count().clamp(1, 14));
    let initial = text.get_untracked();
    view! {
        <div class="field payload" class:wrong=Signal::derive(move || wrong.with(Option::is_some))>
            <label for=id.clone()>"Payload " <span class="quiet">"JSON"</span></label>
            <textarea
                id=id
                rows=rows
                spellcheck="false"
                autocapitalize="off"
                autocomplete="off"
                placeholder="none"
                aria-describedby=note.clone()
                aria-invalid=Signal::derive(move || wrong.with(Option::is_some).then_some("true"))
                prop:value=text
                on:input=handle_input(move |event| text.set(event_target_value(&event)))
            >
                {initial}
            </textarea>
            <div class="payload-foot">
                <p class="field-note" id=note aria-live="polite">
                    {Signal::derive(move || wrong.get().unwrap_or_default())}
                </p>
                <button
                    type="button"
                    class="button plain small needs-script"
                    class:hidden=Signal::derive(move || !may_format())
                    on:click=handle_click(move |_| text.update(|text| *text = formatted(text)))
                >
                    "Format"
                </button>
            </div>
        </div>
    }
}
