//! Unsaved input that the browser keeps while a page is reloaded: a value of a type that the page defines.

use leptos::prelude::*;
use serde::Serialize;

use crate::{
    components::{Note, dynamic, effect, handle_click, restore_focus},
    model::{Kept, member, members},
};

/// What the browser keeps.
#[derive(Serialize)]
struct Stored<T> {
    /// The time by the reader's clock: `2026-02-03 10:42`.
    at: String,
    input: T,
}

/// Restores the input that was kept under a name: calls `restore` with it once the page is rendered. Returns the time at which
/// the input was kept, for a [`restored_note`]; `None` while nothing was restored. What another release has kept in another form is
/// not restored.
pub(super) fn restore<T>(name: &str, restore: impl Fn(T) + 'static) -> RwSignal<Option<String>>
where
    T: Kept + Send + Sync + 'static,
{
    let restored_from = RwSignal::new(None);
    let stored = take_text(name).and_then(|text| {
        let members = members(&text)?;
        Some(Stored { at: member(&members, "at")?, input: member::<T>(&members, "input")? })
    });
    let stored = StoredValue::new(stored);
    effect(move || {
        if let Some(Stored { at, input }) = stored.try_update_value(Option::take).flatten() {
            untrack(|| restore(input));
            restored_from.set(Some(without_today(at)));
        }
    });
    restored_from
}

/// Renders a note that unsaved changes were restored, with a button that discards them. The note goes for good when there are no
/// more unsaved changes.
pub(super) fn restored_note(
    restored_from: RwSignal<Option<String>>,
    has_changes: impl Fn() -> bool + 'static,
    discard: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    effect(move || {
        if restored_from.with(Option::is_some) && !has_changes() {
            restored_from.set(None);
        }
    });
    let discard = StoredValue::new(discard);
    let note = move || {
        let time = restored_from.get()?;
        let discard = move |_| {
            restored_from.set(None);
            discard.with_value(|discard| discard());
            restore_focus(&["h1"]);
        };
        Some(
            view! {
                <Note>
                    <p>"Unsaved changes from " {time} " were restored."</p>
                    <p class="note-actions">
                        <button type="button" class="button small" on:click=handle_click(discard)>"Discard"</button>
                    </p>
                </Note>
            }
            .into_any(),
        )
    };
    // Screen readers read what appears in it.
    view! { <div class="restored" role="status">{dynamic(note)}</div> }.into_any()
}

/// Keeps what `unsaved` returns when the document is left, such as by a reload, or hidden. A page of the dashboard that is left for
/// another one asks first, and then keeps nothing.
pub(super) fn keep<T: Kept>(name: String, unsaved: impl Fn() -> Option<T> + 'static) {
    keep_text(name, Box::new(move || serde_json::to_string(&Stored { at: now(), input: unsaved()? }).ok()));
}

/// Leaves the date out of a date with a time, if the date is today's.
fn without_today(at: String) -> String {
    match (at.split_once(' '), now().split_once(' ')) {
        (Some((day, time)), Some((today, _))) if day == today => time.to_owned(),
        _ => at,
    }
}

#[cfg(not(target_family = "wasm"))]
const fn now() -> String {
    String::new()
}

/// Returns the date and the time of the reader's clock: `2026-02-03 10:42`.
#[cfg(target_family = "wasm")]
fn now() -> String {
    let now = leptos::web_sys::js_sys::Date::new_0();
    let (month, day) = (now.get_month() + 1, now.get_date());
    let (hours, minutes) = (now.get_hours(), now.get_minutes());
    format!("{}-{month:02}-{day:02} {hours:02}:{minutes:02}", now.get_full_year())
}

#[cfg(not(target_family = "wasm"))]
fn take_text(_: &str) -> Option<String> {
    None
}

#[cfg(not(target_family = "wasm"))]
fn keep_text(_: String, _: Box<dyn Fn() -> Option<String>>) {}

#[cfg(target_family = "wasm")]
fn storage() -> Option<leptos::web_sys::Storage> {
    window().session_storage().ok().flatten()
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
    use leptos::leptos_dom::helpers::window_event_listener_untyped;

    let keep = {
        let name = name.clone();
        move || {
            if let (Some(storage), Some(text)) = (storage(), untrack(&unsaved)) {
                // A full storage keeps nothing.
                drop(storage.set_item(&name, &text));
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
