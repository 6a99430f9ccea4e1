use leptos::prelude::*;

/// A labelled input with a hint or a problem below it. The input is the child: it must have `id` as its id and
/// `{id}-note` as its `aria-describedby`.
#[component]
pub(crate) fn Field(
    /// The input's id.
    #[prop(into)]
    id: String,
    #[prop(into)] label: String,
    /// What to enter.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The problem with the input.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <div class="field" class:wrong=Signal::derive(move || problem.with(Option::is_some))>
            <label for=id>{label}</label>
            {children()}
            <p class="field-note" id=note aria-live="polite">
                {Signal::derive(move || problem.get().or_else(|| hint.clone()))}
            </p>
        </div>
    }
}
