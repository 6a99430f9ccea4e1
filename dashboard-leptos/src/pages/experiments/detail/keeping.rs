//! Keeping unsaved changes over a reload.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{drafts::VariantDraft, editing::Editing};
use crate::{
    calls::ExperimentDetail,
    components::Tone,
    model::{Rules, Split},
    pages::kept,
};

/// The edited values, and the experiment that was edited.
#[derive(Serialize, Deserialize)]
struct Unsaved {
    detail: ExperimentDetail,
    name: String,
    description: String,
    audience: String,
    rules: Rules,
    split: Split,
    variants: Vec<UnsavedVariant>,
}

#[derive(Serialize, Deserialize)]
struct UnsavedVariant {
    id: String,
    key: String,
    name: String,
    payload: String,
    deleted: bool,
}

impl Editing {
    /// Restores the unsaved changes from before a reload, and keeps changes for the next one.
    pub(super) fn survive_reloads(self) {
        let name = self.detail.with_untracked(|detail| format!("experiment-{}", detail.row.id));
        let unsaved = StoredValue::new(kept::take::<Unsaved>(&name));
        // Not before the page is hydrated.
        Effect::new(move || {
            if let Some(unsaved) = unsaved.try_update_value(Option::take).flatten() {
                untrack(|| self.restore(unsaved));
            }
        });
        kept::keep(name, move || self.has_changes().then(|| self.unsaved()));
    }

    fn unsaved(self) -> Unsaved {
        let variant = |draft: &VariantDraft| UnsavedVariant {
            id: draft.id.clone(),
            key: draft.key.get(),
            name: draft.name.get(),
            payload: draft.payload.get(),
            deleted: draft.deleted.get(),
        };
        Unsaved {
            detail: self.detail.get(),
            name: self.name.current.get(),
            description: self.description.current.get(),
            audience: self.audience.current.get(),
            rules: self.rules.current.get(),
            split: self.split.current.get(),
            variants: self.variants.with(|drafts| drafts.iter().map(variant).collect()),
        }
    }

    /// Restores changes on top of the experiment that was edited, and then takes in the experiment as it is now, like a
    /// change that somebody else made meanwhile.
    fn restore(self, unsaved: Unsaved) {
        let loaded = self.detail.get_untracked();
        let Unsaved { detail, name, description, audience, rules, split, variants } = unsaved;
        let saved = detail.variants.clone();
        self.accept(detail, |_| false);
        self.name.current.set(name);
        self.description.current.set(description);
        self.audience.current.set(audience);
        self.rules.current.set(rules);
        self.split.current.set(split);
        let draft = |variant: UnsavedVariant| {
            let UnsavedVariant { id, key, name, payload, deleted } = variant;
            let draft = VariantDraft::with(self.next_number(), id, key, name, payload);
            draft.deleted.set(deleted);
            draft.set_saved(&saved);
            draft
        };
        self.variants.set(variants.into_iter().map(draft).collect());
        self.take_in(loaded);
        if self.has_changes() {
            self.toasts.show(Tone::Info, "Your unsaved changes from before the reload are back");
        }
    }
}
