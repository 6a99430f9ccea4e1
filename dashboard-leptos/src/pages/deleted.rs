//! The note on the page of something that somebody else has deleted.

use leptos::prelude::*;

use crate::{
    components::{Note, Toasts, Tone},
    model::links,
};

/// The words for something that was deleted.
#[derive(Clone, Copy)]
pub(super) struct Deleted {
    /// What was deleted, as a sentence.
    pub(super) note: &'static str,
    /// The same for readers who do not see the note, because the page is scrolled.
    pub(super) toast: &'static str,
    /// The label of the link to the list.
    pub(super) link: &'static str,
    /// The list.
    pub(super) list: links::Page,
}

impl Deleted {
    /// Sets that the page's subject was deleted, and says so, unless the page knows.
    pub(super) fn notice(self, deleted: RwSignal<bool>, toasts: Toasts) {
        if deleted.try_get_untracked() == Some(false) {
            deleted.set(true);
            toasts.show(Tone::Bad, self.toast);
        }
    }

    /// Renders a note that nothing can be saved any more, with a link to the list.
    pub(super) fn note(self) -> AnyView {
        view! {
            <Note tone=Tone::Bad>
                <p><strong>{self.note}</strong> " Nothing can be saved. The page shows the last state, and what you entered."</p>
                <p class="note-actions"><a class="button small" href=self.list.url()>{self.link}</a></p>
            </Note>
        }
        .into_any()
    }
}
