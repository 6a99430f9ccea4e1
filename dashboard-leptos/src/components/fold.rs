//! Long lists: their first rows, and a button that shows the rest.

use leptos::prelude::*;

use super::{dynamic, handle_click};

/// Longer lists are folded.
pub(crate) const MAX_UNFOLDED: usize = 12;
/// The number of rows of a folded list. The styles hide the others.
const FIRST_ROWS: usize = 6;

/// A list that is folded while it is long.
#[derive(Clone, Copy)]
pub(crate) struct Fold {
    is_open: RwSignal<bool>,
}

impl Fold {
    /// Creates the state of a folded list.
    pub(crate) fn new() -> Self {
        Self { is_open: RwSignal::new(false) }
    }

    /// Returns whether a list of this length is folded. The list then has the class `folded`, which hides its last rows but
    /// those of the class `open`.
    pub(crate) fn is_folded(self, rows: usize) -> bool {
        rows > MAX_UNFOLDED && !self.is_open.get()
    }

    /// Renders the button that shows the rest of a list, if rows are hidden. `rows` is the number of all rows.
    pub(crate) fn button(
        self,
        rows: impl Fn() -> usize + Send + Sync + 'static,
        what: &'static str,
    ) -> AnyView {
        let hidden = Memo::new(move |_| {
            let rows = rows();
            if self.is_folded(rows) { rows - FIRST_ROWS } else { 0 }
        });
        let button = move || {
            (hidden.get() > 0).then(move || {
                view! {
                    <button type="button" class="button small needs-script fold" on:click=handle_click(move |_| self.is_open.set(true))>
                        "and " {hidden} " more" <span class="visually-hidden">" " {what}</span>
                    </button>
                }
                .into_any()
            })
        };
        dynamic(button)
    }
}
