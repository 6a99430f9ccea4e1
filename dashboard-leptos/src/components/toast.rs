use edgewise_api::Publication;
use leptos::prelude::*;

use super::{Connection, Icon, Symbol, Tone};
use crate::problem::Problem;

/// The maximum number of toasts at a time. The oldest toast is removed first.
const MAX_TOASTS: usize = 3;
/// How long a toast is visible, in ms.
const DURATION_MS: u64 = 6_000;

/// Short messages about the last action. Read from the context.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Toasts {
    visible: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

#[derive(Clone, Debug)]
struct Toast {
    number: u32,
    tone: Tone,
    text: String,
    /// Whether the toast says that the server cannot be reached.
    until_reached: bool,
}

impl Toasts {
    /// Returns the page's toasts.
    pub(crate) fn from_context() -> Self {
        use_context().unwrap_or_default()
    }

    /// Shows a toast. Errors stay until they are closed.
    pub(crate) fn show(self, tone: Tone, text: impl Into<String>) {
        self.add(tone, text.into(), false);
    }

    /// Shows a toast, unless a toast with the same text is shown already.
    #[cfg(target_family = "wasm")]
    pub(crate) fn show_once(self, tone: Tone, text: &str) {
        if self.visible.with_untracked(|visible| visible.iter().all(|toast| toast.text != text)) {
            self.show(tone, text);
        }
    }

    fn add(self, tone: Tone, text: String, until_reached: bool) {
        let number = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        let Some(number) = number else { return };
        self.visible.update(|visible| {
            if visible.len() >= MAX_TOASTS {
                visible.remove(0);
            }
            visible.push(Toast { number, tone, text, until_reached });
        });
        if tone != Tone::Bad {
            set_timeout(move || self.close(number), std::time::Duration::from_millis(DURATION_MS));
        }
    }

    /// Reports a change, and whether it is live.
    pub(crate) fn success(self, what: &str, publication: &Publication) {
        self.server_is_reached();
        match publication {
            Publication::NotDue => self.show(Tone::Good, what),
            Publication::Published => self.show(Tone::Good, format!("{what}. The change is live.")),
            Publication::OnHold => {
                self.show(Tone::Warning, format!("{what}. Live once publishing resumes."));
            }
            Publication::Failed(problem) => {
                self.show(Tone::Warning, format!("{what}. Saved, but not live yet: {problem}."));
            }
        }
    }

    /// Reports a problem. That the server cannot be reached is shown until it is reached.
    pub(crate) fn error(self, problem: &Problem) {
        self.add(Tone::Bad, problem.sentence(), problem.is_without_response());
    }

    /// Removes what says that the server cannot be reached.
    fn server_is_reached(self) {
        if self.visible.with_untracked(|visible| visible.iter().any(|toast| toast.until_reached)) {
            self.visible.update(|visible| visible.retain(|toast| !toast.until_reached));
        }
    }

    fn close(self, number: u32) {
        self.visible.update(|visible| visible.retain(|toast| toast.number != number));
    }
}

/// The area in which toasts appear.
#[component]
pub(crate) fn Toaster() -> impl IntoView {
    let toasts = Toasts::from_context();
    let updates = Connection::from_context().updates;
    Effect::new(move || {
        updates.track();
        toasts.server_is_reached();
    });
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.visible.get() key=|toast| toast.number let:toast>
                <div class=format!("toast {}", toast.tone.class())>
                    <Icon symbol=toast.tone.symbol()/>
                    <p>{toast.text}</p>
                    <button type="button" class="icon-button" aria-label="Close" on:click=move |_| toasts.close(toast.number)>
                        <Icon symbol=Symbol::Close/>
                    </button>
                </div>
            </For>
        </div>
    }
}
