use leptos::{ev::SubmitEvent, prelude::*};

use crate::transport::Sent;

/// A form that makes a change. Browsers send it themselves where there are no scripts.
#[component]
pub(crate) fn ChangeForm(
    /// What it makes.
    change: Sent,
    /// Says before it is made whether it may be. (A listener that captures would outlive what it reads: Leptos does not remove
    /// those when a view is shown again.)
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
    view! { <form action=change.path method="post" on:submit=submit>{children()}</form> }
}

#[cfg(target_family = "wasm")]
fn send(change: Sent, event: &SubmitEvent) {
    use leptos::web_sys::{FormData, HtmlFormElement, UrlSearchParams};
    use wasm_bindgen::JsCast;

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
