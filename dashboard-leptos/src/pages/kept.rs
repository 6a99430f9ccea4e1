//! Unsaved input that the browser keeps while a page is reloaded.

use serde::{Serialize, de::DeserializeOwned};

/// Returns the input that was kept under a name, and forgets it.
pub(super) fn take<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_str(&take_text(name)?).ok()
}

/// Keeps what `unsaved` returns when the document is left, such as by a reload. A page of the dashboard that is left for
/// another one asks first, and then keeps nothing.
pub(super) fn keep<T: Serialize>(name: String, unsaved: impl Fn() -> Option<T> + 'static) {
    keep_text(name, Box::new(move || serde_json::to_string(&unsaved()?).ok()));
}

#[cfg(not(target_family = "wasm"))]
fn take_text(_: &str) -> Option<String> {
    None
}

#[cfg(not(target_family = "wasm"))]
fn keep_text(_: String, _: Box<dyn Fn() -> Option<String>>) {}

#[cfg(target_family = "wasm")]
fn storage() -> Option<leptos::web_sys::Storage> {
    leptos::prelude::window().session_storage().ok().flatten()
}

#[cfg(target_family = "wasm")]
fn take_text(name: &str) -> Option<String> {
    let storage = storage()?;
    let text = storage.get_item(name).ok().flatten()?;
    drop(storage.remove_item(name));
    Some(text)
}

#[cfg(target_family = "wasm")]
fn keep_text(name: String, unsaved: Box<dyn Fn() -> Option<String>>) {
    use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*};

    let hidden = {
        let name = name.clone();
        window_event_listener_untyped("pagehide", move |_| {
            if let (Some(storage), Some(text)) = (storage(), untrack(&unsaved)) {
                // A full storage keeps nothing.
                drop(storage.set_item(&name, &text));
            }
        })
    };
    // The browser may show the same document again.
    let shown = {
        let name = name.clone();
        window_event_listener_untyped("pageshow", move |_| drop(take_text(&name)))
    };
    on_cleanup(move || {
        hidden.remove();
        shown.remove();
    });
}
