//! A guard against losing unsaved changes.

#[cfg(target_family = "wasm")]
use leptos::prelude::*;

/// Decides whether the browser may go back or forward; `None` while no page asks.
#[cfg(target_family = "wasm")]
#[derive(Clone, Copy)]
struct BackGuard(StoredValue<Option<Callback<(), bool>>>);

/// Provides what [`confirm_leaving`] needs to ask before the browser goes back. Listeners of a window run in the order in which
/// they were added, so this one must be added before the router's.
#[cfg(target_family = "wasm")]
pub(crate) fn provide_back_guard() {
    let guard = StoredValue::new(None::<Callback<(), bool>>);
    provide_context(BackGuard(guard));
    drop(window_event_listener_untyped("popstate", move |event| {
        let may_go = guard.try_get_value().flatten();
        if may_go.is_some_and(|may_go| !may_go.run(())) {
            event.stop_immediate_propagation();
        }
    }));
}

/// Does nothing on the server.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn provide_back_guard() {}

/// Does nothing on the server.
#[cfg(not(target_family = "wasm"))]
pub(super) fn confirm_leaving(
    _question: &'static str,
    _would_lose: impl Fn() -> bool + Copy + Send + Sync + 'static,
) {
}

/// Asks for confirmation before the page is left while `would_lose` returns true.
#[cfg(target_family = "wasm")]
pub(super) fn confirm_leaving(
    question: &'static str,
    would_lose: impl Fn() -> bool + Copy + Send + Sync + 'static,
) {
    use leptos::{
        ev,
        leptos_dom::helpers::window_event_listener,
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
    // The browser has gone back already, so staying means to add the page again.
    let may_go = Callback::new(move |()| {
        let is_here = window().location().pathname().is_ok_and(|now| now == path);
        if is_here || !must_ask() {
            return true;
        }
        let may_go = window().confirm_with_message(question).unwrap_or(true);
        if may_go {
            is_leaving.set_value(true);
        } else if let Ok(history) = window().history() {
            let separator = if search.is_empty() { "" } else { "?" };
            let url = format!("{path}{separator}{search}");
            drop(history.push_state_with_url(&JsValue::NULL, "", Some(&url)));
        }
        may_go
    });
    let guard = use_context::<BackGuard>();
    if let Some(BackGuard(guard)) = guard {
        guard.set_value(Some(may_go));
    }
    let listener: Function = listener.into_js_value().unchecked_into();
    drop(document().add_event_listener_with_callback_and_bool("click", &listener, true));
    let listener = StoredValue::new_local(listener);
    on_cleanup(move || {
        unload.remove();
        listener.with_value(|listener| {
            drop(document().remove_event_listener_with_callback_and_bool("click", listener, true))
        });
        if let Some(BackGuard(guard)) = guard {
            guard.try_set_value(None);
        }
    });
}
