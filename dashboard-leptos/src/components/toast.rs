use leptos::prelude::*;

use super::{Icon, Symbol, Tone};
use crate::{model::Publication, problem::Problem};

/// How many there are at a time. The oldest gives way.
const MOST: usize = 3;
/// How long one is shown, in ms.
const SHOWN_MS: u64 = 6_000;

/// Short answers to what somebody has just done. Taken from the context.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

#[derive(Clone, Debug)]
struct Toast {
    number: u32,
    tone: Tone,
    text: String,
}

impl Toasts {
    /// Those of the page.
    pub(crate) fn of_page() -> Self {
        use_context().unwrap_or_default()
    }

    /// Says something. What failed stays until it is closed.
    pub(crate) fn say(self, tone: Tone, text: impl Into<String>) {
        let number = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        let Some(number) = number else { return };
        self.shown.update(|shown| {
            if shown.len() >= MOST {
                shown.remove(0);
            }
            shown.push(Toast { number, tone, text: text.into() });
        });
        if tone != Tone::Bad {
            set_timeout(move || self.close(number), std::time::Duration::from_millis(SHOWN_MS));
        }
    }

    /// Says that something was done, and whether it is live.
    pub(crate) fn done(self, what: &str, publication: &Publication) {
        match publication {
            Publication::NotDue => self.say(Tone::Good, what),
            Publication::Published => self.say(Tone::Good, format!("{what}, and published")),
            Publication::Failed(problem) => {
                self.say(Tone::Warning, format!("{what}, but not live yet: {problem}"));
            }
        }
    }

    /// Says that something failed.
    pub(crate) fn failed(self, problem: &Problem) {
        self.say(Tone::Bad, problem.words());
    }

    fn close(self, number: u32) {
        self.shown.update(|shown| shown.retain(|toast| toast.number != number));
    }
}

/// Where they appear.
#[component]
pub(crate) fn Toaster() -> impl IntoView {
    let toasts = Toasts::of_page();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.number let:toast>
                <div class=format!("toast {}", toast.tone.class())>
                    <Icon symbol=toast.tone.symbol()/>
                    <p>{toast.text}</p>
                    <button class="icon-button" aria-label="Close" on:click=move |_| toasts.close(toast.number)>
                        <Icon symbol=Symbol::Close/>
                    </button>
                </div>
            </For>
        </div>
    }
}
