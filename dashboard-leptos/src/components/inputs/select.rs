use leptos::prelude::*;

use crate::components::handle_input;

/// An option of a selection.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    /// Whether people cannot select the option. It shows a state that is none of the others.
    pub(crate) hidden: bool,
}

impl Choice {
    /// Creates an option that people can select.
    pub(crate) fn new(value: &str, label: &str) -> Self {
        Self { value: value.to_owned(), label: label.to_owned(), hidden: false }
    }
}

/// Renders the options of a selection.
pub(crate) fn options(choices: Vec<Choice>, chosen: &str) -> Vec<AnyView> {
    let option = |Choice { value, label, hidden }: Choice| {
        let selected = value == chosen;
        view! { <option value=value selected=selected hidden=hidden>{label}</option> }.into_any()
    };
    choices.into_iter().map(option).collect()
}

/// Renders a selection. `class` is the class of its label, which screen readers read.
pub(crate) fn select(
    class: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
    chosen: Signal<String>,
    choose: Callback<String>,
) -> AnyView {
    let options = options(choices, &chosen.get_untracked());
    view! {
        <label class=class>
            <span class="visually-hidden">{label}</span>
            <select
                prop:value=chosen autocomplete="off"
                on:change=handle_input(move |event| choose.run(event_target_value(&event)))
            >
                {options}
            </select>
        </label>
    }
    .into_any()
}
