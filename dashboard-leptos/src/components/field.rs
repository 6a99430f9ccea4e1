use leptos::prelude::*;

/// A labelled input with its hint, and what is wrong with it beside it. The input itself is the child: it must have `id` as
/// its id, and an `aria-describedby` of `{id}-note`.
#[component]
pub(crate) fn Field(
    /// The input's id.
    #[prop(into)]
    id: String,
    #[prop(into)] label: String,
    /// What to enter, if that is not plain.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with what is entered.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let note = format!("{id}-note");
    view! {
        <div class="field" class:wrong=move || problem.with(Option::is_some)>
            <label for=id>{label}</label>
            {children()}
            <p class="field-note" id=note aria-live="polite">
                {move || problem.get().or_else(|| hint.clone())}
            </p>
        </div>
    }
}
