//! A guard against losing unsaved changes.

/// Does nothing on the server.
#[cfg(not(target_family = "wasm"))]
pub(super) fn confirm_leaving(_question: &'static str, _would_lose: impl Fn() -> bool + Copy + 'static) {}

/// Asks for confirmation before the page is left while `would_lose` returns true.
#[cfg(target_family = "wasm")]
pub(super) fn confirm_leaving(question: &'static str, would_lose: impl Fn() -> bool + Copy + 'static) {
    use leptos::{
        ev,
        leptos_dom::helpers::window_event_listener,
        prelude::*,
        web_sys::{
            Element, Event, MouseEvent,
            js_sys::Function,
            wasm_bindgen::{JsCast, JsValue, closure::Closure},
        },
    };
    use leptos_router::hooks::use_location;

    // The browser must not ask again after the question was confirmed.
    let is_leaving = StoredValue::new(false);
    let must_ask = move || !is_leaving.try_get_value().unwrap_or(true) && untrack(would_lose);
    // Leaving the dashboard.
    let unload = window_event_listener(ev::beforeunload, move |event| {
        if must_ask() {
            event.prevent_default();
            event.set_return_value("?");
        }
    });
    // Following a link within the dashboard. The listener runs before the router's.
    let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let is_plain = event.dyn_ref::<MouseEvent>().is_some_and(|click| {
            click.button() == 0 && !click.ctrl_key() && !click.meta_key() && !click.shift_key()
        });
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]:not([href^='#'])").ok().flatten());
        if !is_plain || link.is_none() || !must_ask() {
            return;
        }
        if window().confirm_with_message(question).unwrap_or(true) {
            is_leaving.set_value(true);
        } else {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    let location = use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    // Going back or forward. The browser has moved already, so staying means to add the page again.
    let back = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let is_here = window().location().pathname().is_ok_and(|now| now == path);
        if is_here || !must_ask() {
            return;
        }
        if window().confirm_with_message(question).unwrap_or(true) {
            is_leaving.set_value(true);
            return;
        }
        event.stop_immediate_propagation();
        let separator = if search.is_empty() { "" } else { "?" };
        let url = format!("{path}{separator}{search}");
        if let Ok(history) = window().history() {
            drop(history.push_state_with_url(&JsValue::NULL, "", Some(&url)));
        }
    });
    let [listener, back] =
        [listener, back].map(|closure| closure.into_js_value().unchecked_into::<Function>());
    // Capturing listeners run before the router's.
    drop(document().add_event_listener_with_callback_and_bool("click", &listener, true));
    drop(window().add_event_listener_with_callback_and_bool("popstate", &back, true));
    let listeners = StoredValue::new_local((listener, back));
    on_cleanup(move || {
        unload.remove();
        listeners.with_value(|(listener, back)| {
            drop(document().remove_event_listener_with_callback_and_bool("click", listener, true));
            drop(window().remove_event_listener_with_callback_and_bool("popstate", back, true));
        });
    });
}
