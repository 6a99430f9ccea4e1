//! Asks before what has been entered is lost.

use leptos::prelude::*;

/// Asks when somebody leaves the page while `touched` is set.
#[cfg(not(target_family = "wasm"))]
pub(super) fn ask_first(_touched: StoredValue<bool>) {}

/// Asks when somebody leaves the page while `touched` is set.
#[cfg(target_family = "wasm")]
pub(super) fn ask_first(touched: StoredValue<bool>) {
    use leptos::{
        ev,
        leptos_dom::helpers::window_event_listener,
        web_sys::{
            Element, Event, MouseEvent,
            js_sys::Function,
            wasm_bindgen::{JsCast, closure::Closure},
        },
    };

    let is_touched = move || touched.try_get_value().unwrap_or(false);
    // Another page of the browser.
    let unload = window_event_listener(ev::beforeunload, move |event| {
        if is_touched() {
            event.prevent_default();
            event.set_return_value("?");
        }
    });
    // Another page of the dashboard: heeded before the router does.
    let heed = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let is_plain = event.dyn_ref::<MouseEvent>().is_some_and(|click| {
            click.button() == 0 && !click.ctrl_key() && !click.meta_key() && !click.shift_key()
        });
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]:not([href^='#'])").ok().flatten());
        if !is_plain || link.is_none() || !is_touched() {
            return;
        }
        let leave =
            window().confirm_with_message("Leave without creating the experiment? What you entered is lost.");
        if leave.unwrap_or(true) {
            touched.set_value(false);
        } else {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    let heed: Function = heed.into_js_value().unchecked_into();
    drop(document().add_event_listener_with_callback_and_bool("click", &heed, true));
    let heed = StoredValue::new_local(heed);
    on_cleanup(move || {
        unload.remove();
        heed.with_value(|heed| {
            drop(document().remove_event_listener_with_callback_and_bool("click", heed, true))
        });
    });
}
