use leptos::{ev::SubmitEvent, prelude::*};

use crate::{model::links, transport::Submission};

/// A form that submits a change. The browser submits it itself if there are no scripts.
#[component]
pub(crate) fn ChangeForm(
    /// The change to submit.
    change: Submission,
    /// Decides whether the form may be submitted. (A capturing listener on the form would outlive the signals that it
    /// reads: Leptos does not remove it when a view is rendered again.)
    #[prop(optional)]
    check: Option<Callback<(), bool>>,
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        if check.is_none_or(|check| check.run(())) {
            send(change, &event);
        } else {
            event.prevent_default();
        }
    };
    view! { <form action=links::url(change.path) method="post" on:submit=submit>{children()}</form> }
}

#[cfg(target_family = "wasm")]
fn send(change: Submission, event: &SubmitEvent) {
    use leptos::web_sys::{FormData, HtmlFormElement, UrlSearchParams};
    use wasm_bindgen::JsCast;

    let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    let fields = form
        .and_then(|form| FormData::new_with_form(&form).ok())
        .and_then(|fields| UrlSearchParams::new_with_str_sequence_sequence(&fields).ok());
    // Otherwise the browser submits the form.
    if let Some(fields) = fields {
        event.prevent_default();
        change.send(String::from(fields.to_string()));
    }
}

#[cfg(not(target_family = "wasm"))]
fn send(_: Submission, _: &SubmitEvent) {}
