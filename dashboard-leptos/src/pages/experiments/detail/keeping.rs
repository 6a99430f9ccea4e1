//! Unsaved changes as values: to keep them over a reload, and to compare them with what somebody else has saved.

use edgewise_api::resources::{Allocation, Variant};
use leptos::prelude::*;
use serde_json::value::RawValue;

use super::{drafts::VariantDraft, editing::Editing};
use crate::{
    calls::{ExperimentDetail, ExperimentPart},
    model::{PartChange, Rules, Split, quoted},
    pages::kept::{self, Texts, flag},
};

/// The parts that are edited, in the order in which they are kept.
const PARTS: [ExperimentPart; 4] = [
    ExperimentPart::Details,
    ExperimentPart::Targeting,
    ExperimentPart::Allocations,
    ExperimentPart::Variants,
];

impl Editing {
    /// Restores the unsaved changes from before a reload, and keeps changes for the next one. Returns the note that says so.
    pub(super) fn survive_reloads(self) -> AnyView {
        let name = self.detail.with_untracked(|detail| format!("experiment-{}", detail.row.id));
        let restored_from = kept::restore(&name, move |texts| self.restore(texts));
        kept::keep(name, move || self.has_changes().then(|| self.unsaved()));
        kept::restored_note(restored_from, move || self.has_changes(), move || self.discard())
    }

    /// Returns the experiment as it would be with all unsaved changes. A payload that is no JSON becomes a JSON string.
    pub(super) fn entered(self) -> ExperimentDetail {
        let mut entered = self.detail.get_untracked();
        entered.row.name = self.name.current.get_untracked();
        entered.row.description = Some(self.description.current.get_untracked());
        entered.row.audience_id = Some(self.audience.current.get_untracked()).filter(|id| !id.is_empty());
        entered.row.targeting_rules =
            RawValue::from_string(self.rules.current.with_untracked(Rules::to_json)).ok();
        entered.allocations = self.split.current.with_untracked(|split| {
            let ranges = split.ranges().into_iter().map(|range| Allocation {
                id: String::new(),
                variant_id: range.variant.to_owned(),
                range_start: range.start.into(),
                range_end: range.end.into(),
                experiment_id: String::new(),
            });
            ranges.collect()
        });
        let variant = |draft: VariantDraft| {
            let payload = draft.payload.get_untracked();
            let json = || {
                let text = quoted(&payload);
                RawValue::from_string(payload.clone()).or_else(|_| RawValue::from_string(text)).ok()
            };
            Variant {
                payload: if payload.trim().is_empty() { None } else { json() },
                id: draft.id,
                key: draft.key.get_untracked(),
                name: draft.name.get_untracked(),
                experiment_id: String::new(),
            }
        };
        entered.variants = self.variants.get_untracked().into_iter().map(variant).collect();
        entered
    }

    /// Returns a part as it is saved, as a text to compare.
    fn saved(self, part: ExperimentPart) -> String {
        match part {
            ExperimentPart::Details => self.name.saved.get() + "\n" + &self.description.saved.get(),
            ExperimentPart::Targeting => {
                self.audience.saved.get() + &self.rules.saved.with(Rules::to_unsaved)
            }
            ExperimentPart::Allocations => self.split.saved.with(Split::to_unsaved),
            _ => self.detail.with(|detail| {
                let mut text = String::new();
                for variant in &detail.variants {
                    text += &variant.id;
                    text += &variant.name;
                    text += variant.payload.as_ref().map_or("", |payload| payload.get());
                }
                text
            }),
        }
    }

    /// Returns the edits, in the order in which [`restore`](Self::restore) reads them.
    fn unsaved(self) -> Vec<String> {
        let mut texts = Vec::new();
        for part in PARTS {
            texts.push(flag(self.has_changed(part)));
            texts.push(self.saved(part));
        }
        texts.extend([
            self.name.current.get(),
            self.description.current.get(),
            self.audience.current.get(),
            self.rules.current.with(Rules::to_unsaved),
            self.split.current.with(Split::to_unsaved),
        ]);
        for draft in self.variants.get() {
            let deleted = flag(draft.deleted.get());
            texts.extend([draft.id, draft.key.get(), draft.name.get(), draft.payload.get(), deleted]);
        }
        texts
    }

    /// Restores the edited parts. Those that somebody else changed meanwhile are a conflict.
    fn restore(self, mut texts: Texts) {
        let mut conflict = Vec::new();
        let edited = PARTS.map(|part| {
            let (is_edited, saved) = (texts.flag(), texts.text());
            if is_edited && saved != self.saved(part) {
                conflict.push(PartChange { part, words: "changed while the page was reloaded".to_owned() });
            }
            is_edited
        });
        let [details, targeting, split, variants] = edited;
        let mut restore = |text: RwSignal<String>, is_edited: bool| {
            let unsaved = texts.text();
            if is_edited {
                text.set(unsaved);
            }
        };
        restore(self.name.current, details);
        restore(self.description.current, details);
        restore(self.audience.current, targeting);
        let (rules, shares) = (texts.text(), texts.text());
        if targeting {
            self.rules.current.set(Rules::from_unsaved(&rules));
        }
        if let (Some(shares), true) = (Split::from_unsaved(&shares), split) {
            self.split.current.set(shares);
        }
        let mut drafts = Vec::new();
        while !texts.is_at_end() {
            let (id, key, name, payload) = (texts.text(), texts.text(), texts.text(), texts.text());
            let draft = VariantDraft::with(self.next_number(), id, key, name, payload);
            draft.deleted.set(texts.flag());
            self.detail.with_untracked(|detail| draft.set_saved(&detail.variants));
            drafts.push(draft);
        }
        if variants {
            self.variants.set(drafts);
        }
        if !conflict.is_empty() {
            self.conflict.set(Some(conflict));
        }
    }
}
