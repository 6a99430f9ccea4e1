use leptos::prelude::*;

use super::Field;
use crate::components::{
    handle_input,
    inputs::{Choice, options},
};

/// What people enter in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldInput {
    /// A line of text for people.
    Line,
    /// A line of text for code, such as a key.
    Code,
    /// Lines of text: the number of lines that are visible at first.
    Prose(u8),
    /// One of several choices.
    Choice,
}

/// A field of a form, but for its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldRow {
    /// The name of the member of the request.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// What to enter.
    pub(crate) hint: &'static str,
    pub(crate) input: FieldInput,
    /// The maximum number of characters.
    pub(crate) max_chars: usize,
    /// The name under which a form that is submitted without scripts sends the field.
    form_name: Option<&'static str>,
    is_required: bool,
}

/// The value of a field on a page.
pub(crate) struct Bound {
    /// The input's id.
    pub(crate) id: String,
    pub(crate) value: RwSignal<String>,
    pub(crate) problem: Signal<Option<String>>,
    pub(crate) disabled: Signal<bool>,
    /// Takes what is entered.
    pub(crate) set: Callback<String>,
}

impl FieldRow {
    /// Creates a row for an optional text of at most 256 characters.
    pub(crate) const fn new(name: &'static str, label: &'static str, input: FieldInput) -> Self {
        let max_chars = edgewise_api::limits::NAME_CHARS;
        Self { name, label, hint: "", input, max_chars, form_name: None, is_required: false }
    }

    /// Sets what to enter.
    pub(crate) const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// Sets the maximum number of characters.
    pub(crate) const fn max_chars(self, max_chars: usize) -> Self {
        Self { max_chars, ..self }
    }

    /// Lets forms that are submitted without scripts send the field under this name.
    pub(crate) const fn sent_as(self, form_name: &'static str) -> Self {
        Self { form_name: Some(form_name), ..self }
    }

    /// Lets such forms be submitted only with the field.
    pub(crate) const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// Renders the field of a text.
    pub(crate) fn text(self, bound: Bound) -> AnyView {
        let Bound { id, value, problem, disabled, set } = bound;
        let Self { label, hint, input, max_chars, form_name, is_required, .. } = self;
        let note = format!("{id}-note");
        let is_wrong = Signal::derive(move || problem.with(Option::is_some).then_some("true"));
        let entered = handle_input(move |event| set.run(event_target_value(&event)));
        let first = value.get_untracked();
        let input = match input {
            FieldInput::Prose(rows) => view! {
                <textarea
                    id=id.clone() name=form_name class="prose" rows=rows.to_string() maxlength=max_chars.to_string()
                    required=is_required disabled=disabled aria-describedby=note aria-invalid=is_wrong
                    prop:value=value on:input=entered
                >
                    {first}
                </textarea>
            }
            .into_any(),
            FieldInput::Line | FieldInput::Code | FieldInput::Choice => {
                let is_code = input == FieldInput::Code;
                view! {
                    <input
                        id=id.clone() name=form_name class:mono=is_code maxlength=max_chars.to_string() autocomplete="off"
                        autocapitalize=is_code.then_some("off") spellcheck=is_code.then_some("false")
                        required=is_required disabled=disabled aria-describedby=note aria-invalid=is_wrong
                        value=first prop:value=value on:input=entered
                    />
                }
                .into_any()
            }
        };
        view! { <Field id=id label=label hint=hint problem=problem>{input}</Field> }.into_any()
    }

    /// Renders the field of a selection.
    pub(crate) fn select(self, bound: Bound, choices: Vec<Choice>) -> AnyView {
        let Bound { id, value, problem, disabled, set } = bound;
        let Self { label, hint, form_name, is_required, .. } = self;
        let options = options(choices, &value.get_untracked());
        view! {
            <Field id=id.clone() label=label hint=hint problem=problem>
                <select
                    id=id.clone() name=form_name required=is_required disabled=disabled autocomplete="off"
                    aria-describedby=format!("{id}-note") prop:value=value
                    aria-invalid=Signal::derive(move || problem.with(Option::is_some).then_some("true"))
                    on:change=handle_input(move |event| set.run(event_target_value(&event)))
                >
                    {options}
                </select>
            </Field>
        }
        .into_any()
    }
}

impl Bound {
    /// Binds a field without problems to a value.
    pub(crate) fn new(id: impl Into<String>, value: RwSignal<String>) -> Self {
        Self {
            id: id.into(),
            value,
            problem: Signal::default(),
            disabled: Signal::default(),
            set: Callback::new(move |text| value.set(text)),
        }
    }
}
