use leptos::prelude::*;

use crate::components::handle_input;

/// Renders an input for a line of text. `class` is the class of its label, which screen readers read.
pub(crate) fn line(
    class: &'static str,
    label: &'static str,
    placeholder: Signal<&'static str>,
    text: Signal<String>,
    set: Callback<String>,
) -> AnyView {
    view! {
        <label class=class>
            <span class="visually-hidden">{label}</span>
            <input
                value=text.get_untracked() prop:value=text placeholder=placeholder
                autocomplete="off" autocapitalize="off" spellcheck="false"
                on:input=handle_input(move |event| set.run(event_target_value(&event)))
            />
        </label>
    }
    .into_any()
}
