//! Keys that follow names.

use leptos::{prelude::*, task::spawn_local};

use super::{
    draft::{Draft, VariantDraft},
    step::Step,
};
use crate::{calls, model::key};

/// A name, and the key that follows it until the key is edited.
#[derive(Clone)]
pub(super) struct NamedKey {
    pub(super) name: RwSignal<String>,
    pub(super) key: RwSignal<String>,
    pub(super) is_edited: RwSignal<bool>,
    /// The id of the variant; `None` for the experiment.
    pub(super) variant: Option<String>,
}

impl NamedKey {
    /// Returns the name and the key of the experiment.
    pub(super) fn of_experiment(draft: Draft) -> Self {
        Self { name: draft.name, key: draft.key, is_edited: draft.key_is_edited, variant: None }
    }

    /// Returns the name and the key of a variant.
    pub(super) fn of_variant(variant: &VariantDraft) -> Self {
        let VariantDraft { id, name, key, key_is_edited, .. } = variant;
        Self { name: *name, key: *key, is_edited: *key_is_edited, variant: Some(id.clone()) }
    }

    /// Sets the key that the name suggests.
    pub(super) fn follow(self, draft: Draft) {
        if self.is_edited.get_untracked() {
            return;
        }
        if let Some(key) = self.name.with_untracked(|name| plain(name)) {
            self.key.set(key);
        } else {
            spawn_local(async move { self.ask(draft).await });
        }
    }

    /// Sets the key that the server suggests for the name.
    async fn ask(self, draft: Draft) {
        let Some(name) = self.name.try_get_untracked() else { return };
        let environment = draft.environment.get_untracked();
        let suggested = calls::suggest_key(name.clone(), self.variant.is_none(), environment).await;
        let is_current = self.name.try_with_untracked(|now| *now == name).unwrap_or(false);
        if let (Ok(key), true) = (suggested, is_current && !self.is_edited.get_untracked()) {
            let numbered = self.variant.map(|id| format!("variant-{id}")).filter(|_| key.is_empty());
            self.key.set(numbered.unwrap_or(key));
        }
    }
}

impl Draft {
    /// Waits for the keys that the server suggests for the names of the steps up to `step`.
    pub(super) async fn complete_keys(self, step: Step) {
        let mut keys = vec![NamedKey::of_experiment(self)];
        if step >= Step::Variants {
            self.variants.with_untracked(|variants| keys.extend(variants.iter().map(NamedKey::of_variant)));
        }
        for key in keys {
            let follows = !key.is_edited.try_get_untracked().unwrap_or(true);
            if follows && key.name.with_untracked(|name| plain(name).is_none()) {
                key.ask(self).await;
            }
        }
    }
}

/// Returns the key that a name of ASCII characters suggests; empty for an empty name. The server alone knows how to write
/// other letters, and how to number keys.
fn plain(name: &str) -> Option<String> {
    let key = key::suggested(name);
    (name.trim().is_empty() || name.is_ascii() && !key.is_empty()).then_some(key)
}
