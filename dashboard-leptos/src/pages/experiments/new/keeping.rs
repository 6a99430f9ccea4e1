//! Keeping the wizard's input over a reload.

use leptos::prelude::*;

use super::{
    draft::{Draft, VariantDraft},
    step::Step,
};
use crate::{
    model::{ExperimentInput, Split, kept},
    pages::kept::{keep, restore, restored_note},
};

/// The name under which the browser keeps the input.
const NAME: &str = "new-experiment";

kept! {
    /// The input, and where the wizard is.
    struct Unsaved {
        step: Step,
        /// The last step that was reached.
        reached: Step,
        key_is_edited: bool,
        input: ExperimentInput,
    }
}

impl Draft {
    /// Restores the input from before a reload, and keeps input for the next one. Returns the note that says so.
    pub(super) fn survive_reloads(self) -> AnyView {
        let restored_from = restore(NAME, move |unsaved| self.restore(unsaved));
        let has_input = move || self.touched.get_value();
        keep(NAME.to_owned(), move || has_input().then(|| self.unsaved()));
        restored_note(restored_from, has_input, move || start_over(self))
    }

    fn unsaved(self) -> Unsaved {
        Unsaved {
            step: self.step.get(),
            reached: self.reached.get(),
            key_is_edited: self.key_is_edited.get(),
            input: self.input(Step::Review),
        }
    }

    fn restore(self, unsaved: Unsaved) {
        let ExperimentInput { basics, variants, split, audience, rules } = unsaved.input;
        self.touched.set_value(true);
        self.environment.set(basics.environment);
        self.name.set(basics.name);
        self.key.set(basics.key);
        self.key_is_edited.set(unsaved.key_is_edited);
        self.description.set(basics.description);
        self.rules.set(rules);
        self.audience.set(audience);
        // Rows on the page keep the variants that they show.
        let shown = self.variants.get_untracked();
        let mut restored = Vec::new();
        for input in variants {
            match shown.iter().find(|variant| variant.id == input.id) {
                Some(variant) => {
                    variant.set(input);
                    restored.push(variant.clone());
                }
                None => restored.push(VariantDraft::new(input)),
            }
        }
        let variants = restored;
        let last = variants.iter().filter_map(|variant| variant.id.parse().ok()).max();
        self.variant_count.set_value(last.unwrap_or_default());
        let ids: Vec<_> = variants.iter().map(|variant| variant.id.as_str()).collect();
        let mut even = Split::default();
        even.divide_evenly(&ids);
        if even == split {
            self.default_split.set_value(even);
        }
        self.variants.set(variants);
        self.split.set(split);
        self.reached.set(unsaved.reached);
        self.step.set(unsaved.step);
    }
}

/// Discards all input.
fn start_over(draft: Draft) {
    draft.touched.set_value(false);
    #[cfg(target_family = "wasm")]
    drop(window().location().reload());
}
