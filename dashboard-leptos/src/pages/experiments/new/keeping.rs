//! Keeping the wizard's input over a reload.

use leptos::prelude::*;

use super::{
    draft::{ChosenAudience, Draft, VariantDraft},
    step::Step,
};
use crate::{
    model::{Basics, Split, UnsavedExperiment, VariantInput},
    pages::kept,
};

/// The name under which the browser keeps the input.
const NAME: &str = "new-experiment";

impl Draft {
    /// Restores the input from before a reload, and keeps input for the next one. `is_restored` is set to whether there was
    /// any.
    pub(super) fn survive_reloads(self, is_restored: RwSignal<bool>) {
        let unsaved = StoredValue::new(kept::take::<UnsavedExperiment>(NAME));
        // Not before the page is hydrated.
        Effect::new(move || {
            if let Some(unsaved) = unsaved.try_update_value(Option::take).flatten() {
                self.restore(unsaved);
                is_restored.set(true);
            }
        });
        kept::keep(NAME.to_owned(), move || self.touched.get_value().then(|| self.unsaved()));
    }

    fn unsaved(self) -> UnsavedExperiment {
        let variant = |variant: &VariantDraft| {
            let input = VariantInput {
                id: variant.id.clone(),
                name: variant.name.get(),
                key: variant.key.get(),
                payload: variant.payload.get(),
            };
            (input, variant.key_is_edited.get())
        };
        UnsavedExperiment {
            step: self.step.get().number(),
            reached: self.reached.get().number(),
            basics: Basics {
                environment: self.environment.get(),
                name: self.name.get(),
                key: self.key.get(),
                description: self.description.get(),
            },
            key_is_edited: self.key_is_edited.get(),
            variants: self.variants.with(|variants| variants.iter().map(variant).collect()),
            split: self.split.get(),
            audience: self.audience.get().map(|chosen| (chosen.id, chosen.name, chosen.words)),
            rules: self.rules.get(),
        }
    }

    fn restore(self, unsaved: UnsavedExperiment) {
        let UnsavedExperiment { step, reached, basics, key_is_edited, variants, split, audience, rules } =
            unsaved;
        self.touched.set_value(true);
        self.environment.set(basics.environment);
        self.name.set(basics.name);
        self.key.set(basics.key);
        self.description.set(basics.description);
        self.key_is_edited.set(key_is_edited);
        let last = variants.iter().filter_map(|(input, _)| input.id.parse().ok()).max();
        self.variant_count.set_value(last.unwrap_or_default());
        let variant = |(input, is_edited): (VariantInput, bool)| VariantDraft {
            id: input.id,
            name: RwSignal::new(input.name),
            key: RwSignal::new(input.key),
            key_is_edited: RwSignal::new(is_edited),
            payload: RwSignal::new(input.payload),
        };
        let ids: Vec<_> = variants.iter().map(|(input, _)| input.id.as_str()).collect();
        let mut even = Split::default();
        even.divide_evenly(&ids);
        if even == split {
            self.default_split.set_value(even);
        }
        self.variants.set(variants.into_iter().map(variant).collect());
        self.split.set(split);
        self.audience.set(audience.map(|(id, name, words)| ChosenAudience { id, name, words }));
        self.rules.set(rules);
        self.reached.set(Step::numbered(reached));
        self.step.set(Step::numbered(step));
    }
}
