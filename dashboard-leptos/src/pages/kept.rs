//! Unsaved input that the browser keeps while a page is reloaded: a list of texts, whose meaning the page knows.

/// Returns the input that was kept under a name, and forgets it. Empty if there is none.
pub(super) fn take(name: &str) -> Vec<String> {
    take_text(name).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Keeps what `unsaved` returns when the document is left, such as by a reload, or hidden. A page of the dashboard that is left for
/// another one asks first, and then keeps nothing.
pub(super) fn keep(name: String, unsaved: impl Fn() -> Option<Vec<String>> + 'static) {
    keep_text(name, Box::new(unsaved));
}

/// The texts of a list, one after the other.
pub(super) struct Texts(std::vec::IntoIter<String>);

impl Texts {
    pub(super) fn of(list: Vec<String>) -> Self {
        Self(list.into_iter())
    }

    /// Returns the next text; empty at the end.
    pub(super) fn text(&mut self) -> String {
        self.0.next().unwrap_or_default()
    }

    /// Returns whether the next text stands for yes, which [`flag`] writes.
    pub(super) fn flag(&mut self) -> bool {
        !self.text().is_empty()
    }

    /// Returns whether there are no more texts.
    pub(super) fn is_at_end(&self) -> bool {
        self.0.len() == 0
    }
}

/// Returns the text that stands for yes or no.
pub(super) fn flag(yes: bool) -> String {
    if yes { "yes".to_owned() } else { String::new() }
}

#[cfg(not(target_family = "wasm"))]
fn take_text(_: &str) -> Option<String> {
    None
}

#[cfg(not(target_family = "wasm"))]
fn keep_text(_: String, _: Box<dyn Fn() -> Option<Vec<String>>>) {}

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
fn keep_text(name: String, unsaved: Box<dyn Fn() -> Option<Vec<String>>>) {
    use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*};

    let keep = {
        let name = name.clone();
        move || {
            if let (Some(storage), Some(texts)) = (storage(), untrack(&unsaved)) {
                // A full storage keeps nothing.
                drop(storage.set_item(&name, &serde_json::to_string(&texts).unwrap_or_default()));
            }
        }
    };
    let keep = std::rc::Rc::new(keep);
    let forget = move || drop(take_text(&name));
    let listeners = [
        window_event_listener_untyped("pagehide", {
            let keep = keep.clone();
            move |_| keep()
        }),
        // The browser may show the same document again.
        window_event_listener_untyped("pageshow", {
            let forget = forget.clone();
            move |_| forget()
        }),
        // Browsers discard hidden tabs without another event.
        window_event_listener_untyped("visibilitychange", move |_| {
            if document().hidden() { keep() } else { forget() }
        }),
    ];
    on_cleanup(move || {
        for listener in listeners {
            listener.remove();
        }
    });
}
