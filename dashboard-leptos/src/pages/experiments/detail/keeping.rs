//! Unsaved changes as values: to keep them over a reload, and to compare them with what somebody else has saved.

use edgewise_api::resources::{Allocation, Variant};
use leptos::prelude::*;
use serde_json::value::to_raw_value;

use super::{drafts::VariantDraft, editing::Editing};
use crate::{
    calls::{ExperimentDetail, ExperimentPart},
    model::{PartChange, Rules, Split, VariantInput, kept, payload},
    pages::kept::{keep, restore, restored_note},
};

/// The parts that are edited.
const PARTS: [ExperimentPart; 4] = [
    ExperimentPart::Details,
    ExperimentPart::Targeting,
    ExperimentPart::Allocations,
    ExperimentPart::Variants,
];

kept! {
    /// A part that has changed.
    struct Edited {
        part: ExperimentPart,
        /// The part as it was saved.
        saved: String,
    }
}

kept! {
    /// The edits.
    struct Unsaved {
        edited: Vec<Edited>,
        name: String,
        description: String,
        audience: String,
        rules: Rules,
        split: Split,
        variants: Vec<VariantInput>,
    }
}

impl Editing {
    /// Restores the unsaved changes from before a reload, and keeps changes for the next one. Returns the note that says so.
    pub(super) fn survive_reloads(self) -> AnyView {
        let name = self.detail.with_untracked(|detail| format!("experiment-{}", detail.row.id));
        let restored_from = restore(&name, move |unsaved| self.restore(unsaved));
        keep(name, move || self.has_changes().then(|| self.unsaved()));
        restored_note(restored_from, move || self.has_changes(), move || self.discard())
    }

    /// Returns the experiment as it would be with all unsaved changes. A payload that is no JSON becomes a JSON string.
    pub(super) fn entered(self) -> ExperimentDetail {
        let mut entered = self.detail.get_untracked();
        entered.row.name = self.name.current.get_untracked();
        entered.row.description = Some(self.description.current.get_untracked());
        entered.row.audience_id = Some(self.audience.current.get_untracked()).filter(|id| !id.is_empty());
        entered.row.targeting_rules = self.rules.current.with_untracked(|rules| to_raw_value(rules).ok());
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
        let variant = |draft: VariantDraft| Variant {
            payload: draft.payload.with_untracked(|text| payload(text)),
            id: draft.id,
            key: draft.key.get_untracked(),
            name: draft.name.get_untracked(),
            experiment_id: String::new(),
        };
        entered.variants = self.variants.get_untracked().into_iter().map(variant).collect();
        entered
    }

    /// Returns a part as it is saved, as a text to compare.
    fn saved(self, part: ExperimentPart) -> String {
        match part {
            ExperimentPart::Details => self.name.saved.get() + "\n" + &self.description.saved.get(),
            ExperimentPart::Targeting => self.audience.saved.get() + &self.rules.saved.with(Rules::to_text),
            ExperimentPart::Allocations => {
                self.split.saved.with(|split| serde_json::to_string(split).unwrap_or_default())
            }
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

    /// Returns the edits.
    fn unsaved(self) -> Unsaved {
        let edited = PARTS.into_iter().filter(|part| self.has_changed(*part));
        Unsaved {
            edited: edited.map(|part| Edited { part, saved: self.saved(part) }).collect(),
            name: self.name.current.get(),
            description: self.description.current.get(),
            audience: self.audience.current.get(),
            rules: self.rules.current.get(),
            split: self.split.current.get(),
            variants: self.variants.with(|drafts| drafts.iter().map(VariantDraft::input).collect()),
        }
    }

    /// Restores the edited parts. Those that somebody else changed meanwhile are a conflict.
    fn restore(self, unsaved: Unsaved) {
        let Unsaved { edited, name, description, audience, rules, split, variants } = unsaved;
        let mut conflict = Vec::new();
        for Edited { part, saved } in &edited {
            if *saved != self.saved(*part) {
                let words = "changed while the page was reloaded".to_owned();
                conflict.push(PartChange { part: *part, words });
            }
        }
        let is_edited = |part| edited.iter().any(|edited| edited.part == part);
        if is_edited(ExperimentPart::Details) {
            self.name.current.set(name);
            self.description.current.set(description);
        }
        if is_edited(ExperimentPart::Targeting) {
            self.audience.current.set(audience);
            self.rules.current.set(rules);
        }
        if is_edited(ExperimentPart::Allocations) {
            self.split.current.set(split);
        }
        if is_edited(ExperimentPart::Variants) {
            let draft = |input| {
                let draft = VariantDraft::with(self.next_number(), input);
                self.detail.with_untracked(|detail| draft.set_saved(&detail.variants));
                draft
            };
            self.variants.set(variants.into_iter().map(draft).collect());
        }
        if !conflict.is_empty() {
            self.conflict.set(Some(conflict));
        }
    }
}
