//! Whether the server can be reached, and what it makes live meanwhile.

use leptos::prelude::*;

use super::{Note, Tone};

/// How long nothing is tried after something else than the server has answered.
#[cfg(target_family = "wasm")]
const AGAIN: std::time::Duration = std::time::Duration::from_secs(3);

/// What the server tells of while the page is open. Taken from the context.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connection {
    /// Whether it can be reached. A page is taken to be connected until it finds that it is not.
    pub(crate) is_up: RwSignal<bool>,
    /// Counts what has become live in any environment, and reconnections: what is shown may be old when it changes.
    pub(crate) news: RwSignal<u32>,
}

impl Connection {
    /// Begins to listen, and gives it to all that is within.
    pub(crate) fn provide() {
        let connection = Self { is_up: RwSignal::new(true), news: RwSignal::new(0) };
        provide_context(connection);
        #[cfg(target_family = "wasm")]
        Effect::new(move || connection.listen());
    }

    /// That of the page.
    pub(crate) fn of_page() -> Self {
        use_context().unwrap_or_else(|| Self { is_up: RwSignal::new(true), news: RwSignal::new(0) })
    }

    #[cfg(target_family = "wasm")]
    fn listen(self) {
        use leptos::web_sys::{
            Event, EventSource,
            wasm_bindgen::{JsCast, closure::Closure},
        };

        let Ok(source) = EventSource::new("/api/stream") else { return };
        // They live as long as the page.
        let on = |name: &str, heed: Box<dyn FnMut(Event)>| {
            let heed = Closure::wrap(heed).into_js_value();
            drop(source.add_event_listener_with_callback(name, heed.unchecked_ref()));
        };
        on(
            "open",
            Box::new(move |_| {
                if !self.is_up.get_untracked() {
                    self.is_up.set(true);
                    self.news.update(|news| *news += 1);
                }
            }),
        );
        let heard = source.clone();
        on(
            "error",
            Box::new(move |_| {
                if self.is_up.get_untracked() {
                    self.is_up.set(false);
                }
                // Browsers try again by themselves unless something answered in the server's place.
                if heard.ready_state() == EventSource::CLOSED {
                    set_timeout(move || self.listen(), AGAIN);
                }
            }),
        );
        on("version", Box::new(move |_| self.news.update(|news| *news += 1)));
    }
}

/// Says so while the server cannot be reached.
#[component]
pub(crate) fn ConnectionNote() -> impl IntoView {
    let connection = Connection::of_page();
    view! {
        <Show when=move || !connection.is_up.get()>
            <Note tone=Tone::Warning>
                "The server cannot be reached. What you see may be old; this page goes on by itself once it is back."
            </Note>
        </Show>
    }
}
