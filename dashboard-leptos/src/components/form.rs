use leptos::{ev::SubmitEvent, prelude::*};

use crate::calls::Sent;

/// A form that makes a change. Browsers send it themselves where there are no scripts.
#[component]
pub(crate) fn ChangeForm(
    /// What it makes.
    change: Sent,
    children: Children,
) -> impl IntoView {
    view! { <form action=change.path method="post" on:submit=move |event| send(change, &event)>{children()}</form> }
}

#[cfg(target_family = "wasm")]
fn send(change: Sent, event: &SubmitEvent) {
    use leptos::web_sys::{FormData, HtmlFormElement, UrlSearchParams};
    use wasm_bindgen::JsCast;

    if event.default_prevented() {
        return;
    }
    let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    let fields = form
        .and_then(|form| FormData::new_with_form(&form).ok())
        .and_then(|fields| UrlSearchParams::new_with_str_sequence_sequence(&fields).ok());
    // Otherwise the browser does it.
    if let Some(fields) = fields {
        event.prevent_default();
        change.send(String::from(fields.to_string()));
    }
}

#[cfg(not(target_family = "wasm"))]
fn send(_: Sent, _: &SubmitEvent) {}
