//! The connection to the server's event stream, which all tabs of a browser share.

use leptos::prelude::*;

/// The state of the connection to the server. Read from the context.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    /// Whether the server can be reached. True until a request fails.
    pub(crate) is_connected: RwSignal<bool>,
    /// Counts published versions of any environment, reconnections, and returns to a page that was hidden. Content that
    /// was loaded before a change of this counter may be stale.
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
        use wasm_bindgen::closure::Closure;

        use crate::model::links;

        let report = Closure::<dyn FnMut(bool, bool)>::new(move |is_connected, is_outdated| {
            if self.is_connected.get_untracked() != is_connected {
                self.is_connected.set(is_connected);
            }
            if is_outdated {
                self.updates.update(|updates| *updates += 1);
            }
        });
        script::follow(&links::url("/api/stream"), &report.into_js_value());
    }
}

/// The JavaScript that shares one stream among all tabs.
#[cfg(target_family = "wasm")]
mod script {
    use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

    #[wasm_bindgen(module = "/src/components/connection.js")]
    extern "C" {
        pub(super) fn follow(url: &str, report: &JsValue);
    }
}
