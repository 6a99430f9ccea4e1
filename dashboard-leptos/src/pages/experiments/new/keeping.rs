//! Keeping the wizard's input over a reload.

use leptos::prelude::*;

use super::{
    draft::{ChosenAudience, Draft, VariantDraft},
    step::Step,
};
use crate::{
    model::{Rules, Split},
    pages::kept::{self, Texts, flag},
};

/// The name under which the browser keeps the input.
const NAME: &str = "new-experiment";

impl Draft {
    /// Restores the input from before a reload, and keeps input for the next one. Returns the note that says so.
    pub(super) fn survive_reloads(self) -> AnyView {
        let restored_from = kept::restore(NAME, move |texts| self.restore(texts));
        let has_input = move || self.touched.get_value();
        kept::keep(NAME.to_owned(), move || has_input().then(|| self.unsaved()));
        kept::restored_note(restored_from, has_input, move || start_over(self))
    }

    /// Returns the input, in the order in which [`restore`](Self::restore) reads it.
    fn unsaved(self) -> Vec<String> {
        let audience = self.audience.get();
        let audience = audience.map(|chosen| [chosen.id, chosen.name, chosen.words]).unwrap_or_default();
        let mut texts = vec![
            self.step.get().number().to_string(),
            self.reached.get().number().to_string(),
            self.environment.get(),
            self.name.get(),
            self.key.get(),
            flag(self.key_is_edited.get()),
            self.description.get(),
            self.rules.with(Rules::to_unsaved),
            self.split.with(Split::to_unsaved),
        ];
        texts.extend(audience);
        for variant in self.variants.get() {
            let VariantDraft { id, name, key, key_is_edited, payload } = variant;
            texts.extend([id, name.get(), key.get(), flag(key_is_edited.get()), payload.get()]);
        }
        texts
    }

    fn restore(self, mut texts: Texts) {
        self.touched.set_value(true);
        let [step, reached] =
            [texts.text(), texts.text()].map(|number| Step::numbered(number.parse().unwrap_or_default()));
        for text in [self.environment, self.name, self.key] {
            text.set(texts.text());
        }
        self.key_is_edited.set(texts.flag());
        self.description.set(texts.text());
        self.rules.set(Rules::from_unsaved(&texts.text()));
        let split = Split::from_unsaved(&texts.text()).unwrap_or_default();
        let [id, name, words] = [texts.text(), texts.text(), texts.text()];
        self.audience.set((!id.is_empty()).then_some(ChosenAudience { id, name, words }));
        // Rows on the page keep the variants that they show.
        let shown = self.variants.get_untracked();
        let mut variants = Vec::new();
        while !texts.is_at_end() {
            let id = texts.text();
            let known = shown.iter().find(|variant| variant.id == id).cloned();
            let variant = known.unwrap_or_else(|| VariantDraft {
                id,
                name: RwSignal::new(String::new()),
                key: RwSignal::new(String::new()),
                key_is_edited: RwSignal::new(false),
                payload: RwSignal::new(String::new()),
            });
            variant.name.set(texts.text());
            variant.key.set(texts.text());
            variant.key_is_edited.set(texts.flag());
            variant.payload.set(texts.text());
            variants.push(variant);
        }
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
        self.reached.set(reached);
        self.step.set(step);
    }
}

/// Discards all input.
fn start_over(draft: Draft) {
    draft.touched.set_value(false);
    #[cfg(target_family = "wasm")]
    drop(window().location().reload());
}
