//! The connection to the server's event stream.

use leptos::prelude::*;

use super::{Note, Tone};

/// The delay before reconnecting when something other than the server responded.
#[cfg(target_family = "wasm")]
const RECONNECT_DELAY: std::time::Duration = std::time::Duration::from_secs(3);

/// The state of the connection to the server. Read from the context.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    /// Whether the server can be reached. True until a request fails.
    pub(crate) is_connected: RwSignal<bool>,
    /// Counts published versions of any environment, and reconnections. Content that was loaded before a change of this
    /// counter may be stale.
    pub(crate) updates: RwSignal<u32>,
}

impl Connection {
    /// Provides the connection as context, and starts to listen in the browser.
    pub(crate) fn provide() {
        let connection = Self { is_connected: RwSignal::new(true), updates: RwSignal::new(0) };
        provide_context(connection);
        #[cfg(target_family = "wasm")]
        Effect::new(move || connection.listen());
    }

    /// Returns the page's connection.
    pub(crate) fn from_context() -> Self {
        use_context().unwrap_or_else(|| Self { is_connected: RwSignal::new(true), updates: RwSignal::new(0) })
    }

    #[cfg(target_family = "wasm")]
    fn listen(self) {
        use leptos::web_sys::{
            Event, EventSource,
            wasm_bindgen::{JsCast, closure::Closure},
        };

        use crate::model::links;

        let Ok(source) = EventSource::new(&links::url("/api/stream")) else { return };
        // The listeners live as long as the page.
        let on = |name: &str, handler: Box<dyn FnMut(Event)>| {
            let handler = Closure::wrap(handler).into_js_value();
            drop(source.add_event_listener_with_callback(name, handler.unchecked_ref()));
        };
        on(
            "open",
            Box::new(move |_| {
                if !self.is_connected.get_untracked() {
                    self.is_connected.set(true);
                    self.updates.update(|updates| *updates += 1);
                }
            }),
        );
        let stream = source.clone();
        on(
            "error",
            Box::new(move |_| {
                if self.is_connected.get_untracked() {
                    self.is_connected.set(false);
                }
                // The browser reconnects by itself, unless the response was not an event stream.
                if stream.ready_state() == EventSource::CLOSED {
                    set_timeout(move || self.listen(), RECONNECT_DELAY);
                }
            }),
        );
        on("version", Box::new(move |_| self.updates.update(|updates| *updates += 1)));
    }
}

/// A note that is displayed while the server cannot be reached.
#[component]
pub(crate) fn ConnectionNote() -> impl IntoView {
    let connection = Connection::from_context();
    view! {
        <Show when=move || !connection.is_connected.get()>
            <Note tone=Tone::Warning>
                "The server cannot be reached. This page may be out of date. The page reconnects automatically."
            </Note>
        </Show>
    }
}
