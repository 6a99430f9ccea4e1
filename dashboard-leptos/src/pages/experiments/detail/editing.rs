use std::pin::Pin;

use edgewise_api::{FieldPath, resources::Status};
use leptos::prelude::*;

use super::drafts::{Draft, VariantDraft};
use crate::{
    calls::{ExperimentDetail, ExperimentPart},
    components::{Toasts, beside, flag},
    model::{PartChange, Rules, Split, changes, links},
    pages::{deleted::Deleted, leave_guard},
    problem::Problem,
};

/// Loads the code of the editors. Returns whether it is there.
pub(super) type LoadEditors = fn() -> Pin<Box<dyn Future<Output = bool>>>;

/// What the page says when the experiment was deleted.
pub(super) const DELETED: Deleted = Deleted {
    note: "This experiment was deleted.",
    toast: "Someone deleted this experiment. What you entered can still be read",
    link: "Go to the experiments",
    list: links::EXPERIMENTS,
};

/// What a pressed button says while a change is published.
const PUBLISHING: &str = "Publishing…";

/// The button whose request is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    /// The button that saves a part. For the status: launch, resume or pause.
    Save(ExperimentPart),
    Archive,
    Delete,
}

/// What the editors add to the state. Functions, so that the code is in the editors' part of the module.
#[derive(Clone, Copy)]
pub(super) struct Editors {
    /// Sets the saved values of the drafts; `true` keeps the edited values of a part.
    fill: fn(Editing, &ExperimentDetail, &dyn Fn(ExperimentPart) -> bool),
    /// Returns what differs between the experiment as the page knows it and a later state.
    pub(super) changes: fn(Editing, &ExperimentDetail) -> Vec<PartChange>,
}

/// The state of the page: the saved experiment, the edited values, and the state of saving.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    /// The saved experiment. Changes name its revision.
    pub(super) detail: RwSignal<ExperimentDetail>,
    pub(super) name: Draft<String>,
    pub(super) description: Draft<String>,
    /// The audience's id; empty for none.
    pub(super) audience: Draft<String>,
    pub(super) rules: Draft<Rules>,
    pub(super) split: Draft<Split>,
    /// The ids of the variants whose input is no share.
    pub(super) wrong_shares: RwSignal<Vec<String>>,
    pub(super) variants: RwSignal<Vec<VariantDraft>>,
    /// Whether name or description have changed.
    pub(super) details_changed: Memo<bool>,
    /// Whether audience or rules have changed.
    pub(super) targeting_changed: Memo<bool>,
    /// Whether the input of a share has changed.
    pub(super) split_changed: Memo<bool>,
    /// Whether a variant has changed.
    pub(super) variants_changed: Memo<bool>,
    /// The path of each variant in the last request, by the variant's number.
    pub(super) sent_fields: RwSignal<Vec<(u32, FieldPath)>>,
    next_number: StoredValue<u32>,
    /// Loads the code of the editors.
    pub(super) load_editors: LoadEditors,
    /// The code of the editors, once they are there.
    pub(super) editors: StoredValue<Option<Editors>>,
    /// The button whose request is pending.
    pub(super) pressed: RwSignal<Option<Pressed>>,
    /// What somebody else changed, if that conflicts with changes on the page.
    pub(super) conflict: RwSignal<Option<Vec<PartChange>>>,
    /// Whether the experiment was deleted.
    pub(super) deleted: RwSignal<bool>,
    pub(super) problem: RwSignal<Option<(ExperimentPart, Problem)>>,
    pub(super) toasts: Toasts,
}

impl Editing {
    /// Creates the state from a loaded experiment. Rules, split and variants are empty until [`begin`](Self::begin).
    pub(super) fn new(detail: ExperimentDetail, load_editors: LoadEditors) -> Self {
        let next_number = StoredValue::new(0);
        let variants = RwSignal::new(Vec::<VariantDraft>::new());
        let name = Draft::new(detail.row.name.clone());
        let description = Draft::new(detail.row.description.clone().unwrap_or_default());
        let audience = Draft::new(detail.row.audience_id.clone().unwrap_or_default());
        let rules = Draft::new(Rules::default());
        let split = Draft::new(Split::default());
        let wrong_shares = RwSignal::new(Vec::new());
        Self {
            name,
            description,
            audience,
            rules,
            split,
            wrong_shares,
            variants,
            details_changed: flag(move || name.is_changed() || description.is_changed()),
            targeting_changed: flag(move || audience.is_changed() || rules.is_changed()),
            split_changed: flag(move || {
                split.is_changed() || wrong_shares.with(|wrong: &Vec<String>| !wrong.is_empty())
            }),
            variants_changed: flag(move || {
                variants.with(|drafts| drafts.iter().any(|draft| draft.changed.get()))
            }),
            sent_fields: RwSignal::default(),
            next_number,
            load_editors,
            editors: StoredValue::new(None),
            pressed: RwSignal::new(None),
            conflict: RwSignal::new(None),
            deleted: RwSignal::new(false),
            problem: RwSignal::new(None),
            toasts: Toasts::from_context(),
            detail: RwSignal::new(detail),
        }
    }

    /// Returns whether a request is pending.
    pub(super) fn is_busy(self) -> bool {
        self.pressed.with(Option::is_some)
    }

    /// Like [`is_busy`](Self::is_busy), without tracking.
    pub(super) fn is_busy_now(self) -> bool {
        self.pressed.with_untracked(Option::is_some)
    }

    /// Returns whether the request of this button is pending.
    pub(super) fn is_pressed(self, button: Pressed) -> bool {
        self.pressed.get() == Some(button)
    }

    /// Returns what a pressed button says while a change of `part` is pending.
    pub(super) fn progress(self, part: ExperimentPart) -> &'static str {
        let publishes = self.detail.with(|detail| {
            let is_live = detail.row.status == Status::Running || part == ExperimentPart::Status;
            is_live && detail.publication.held_at.is_none()
        });
        if publishes { PUBLISHING } else { "Saving…" }
    }

    /// Returns whether a pending change is published.
    pub(super) fn is_publishing(self) -> bool {
        self.pressed.get().is_some_and(|pressed| match pressed {
            Pressed::Save(part) => self.progress(part) == PUBLISHING,
            Pressed::Archive => self.progress(ExperimentPart::Status) == PUBLISHING,
            Pressed::Delete => false,
        })
    }

    /// Sets that the experiment was deleted, and says so.
    pub(super) fn notice_deletion(self) {
        DELETED.notice(self.deleted, self.toasts);
    }

    /// Returns whether the experiment can no longer be changed.
    pub(super) fn is_read_only(self) -> bool {
        self.deleted.get() || self.detail.with(|detail| detail.row.status == Status::Archived)
    }

    /// Returns the problem of the last change, if it was about this part.
    pub(super) fn problem_of(self, part: ExperimentPart) -> Option<Problem> {
        self.problem.with(|problem| match problem {
            Some((about, problem)) if *about == part => Some(problem.clone()),
            _ => None,
        })
    }

    /// Returns the problem with a field of a variant.
    pub(super) fn problem_of_variant(self, number: u32, field: &str) -> Option<String> {
        let variant = self.sent_fields.with(|fields| {
            fields.iter().find(|(other, _)| *other == number).map(|(_, variant)| variant.clone())
        })?;
        self.problem_of(ExperimentPart::Variants)?.for_field(&variant.then(field))
    }

    /// Reports a problem that was found before sending a request.
    pub(super) fn reject(self, part: ExperimentPart, problem: impl Into<Problem>) {
        self.problem.set(Some((part, problem.into())));
    }

    /// Clears the problem of a part.
    pub(super) fn clear_problem(self, part: ExperimentPart) {
        if self.problem.with_untracked(|problem| problem.as_ref().is_some_and(|(about, _)| *about == part)) {
            self.problem.set(None);
        }
    }

    /// Returns whether a part has unsaved changes.
    pub(super) fn has_changed(self, part: ExperimentPart) -> bool {
        match part {
            ExperimentPart::Details => self.details_changed.get(),
            ExperimentPart::Targeting => self.targeting_changed.get(),
            ExperimentPart::Allocations => self.split_changed.get(),
            ExperimentPart::Variants => self.variants_changed.get(),
            ExperimentPart::Status => false,
        }
    }

    /// Returns whether there are unsaved changes that can still be saved.
    pub(super) fn has_changes(self) -> bool {
        let has_any = self.details_changed.get()
            || self.targeting_changed.get()
            || self.split_changed.get()
            || self.variants_changed.get();
        has_any && !self.is_read_only()
    }

    /// Adds a new variant, and returns its number.
    pub(super) fn add_variant(self) -> u32 {
        let number = next(self.next_number);
        self.variants.update(|drafts| drafts.push(VariantDraft::new(number, drafts)));
        number
    }

    /// Removes a variant. Returns the number of the next one, or of the last one before.
    pub(super) fn remove_variant(self, number: u32) -> Option<u32> {
        let numbers: Vec<u32> =
            self.variants.with_untracked(|drafts| drafts.iter().map(|draft| draft.number).collect());
        self.variants.update(|drafts| drafts.retain(|draft| draft.number != number));
        beside(&numbers, &number).copied()
    }

    /// Returns a number that no draft of a variant has yet.
    pub(super) fn next_number(self) -> u32 {
        next(self.next_number)
    }

    /// Resets the variants to the saved ones.
    pub(super) fn discard_variants(self) {
        self.variants.set(self.detail.with_untracked(|detail| drafts_of(detail, self.next_number)));
    }

    /// Resets everything to what is saved, also by somebody else meanwhile.
    pub(super) fn discard(self) {
        self.name.discard();
        self.description.discard();
        self.audience.discard();
        self.rules.discard();
        self.wrong_shares.set(Vec::new());
        self.split.discard();
        self.discard_variants();
        self.problem.set(None);
        if self.conflict.with_untracked(Option::is_some) {
            self.reload(false);
        }
    }

    /// Sets the saved experiment. Edited values stay in the parts for which `keep_changes` is true.
    pub(super) fn accept(self, detail: ExperimentDetail, keep_changes: impl Fn(ExperimentPart) -> bool) {
        let keep = keep_changes(ExperimentPart::Details);
        self.name.accept(detail.row.name.clone(), keep);
        self.description.accept(detail.row.description.clone().unwrap_or_default(), keep);
        if let Some(editors) = self.editors.get_value() {
            (editors.fill)(self, &detail, &keep_changes);
        }
        self.detail.set(detail);
    }

    /// Begins editing: fills the drafts, and restores unsaved changes from before a reload. Returns the note that says so.
    pub(super) fn begin(self) -> AnyView {
        self.editors.set_value(Some(Editors { fill: Self::fill, changes: Self::changes }));
        self.detail.with_untracked(|detail| self.fill(detail, &|_| false));
        leave_guard::confirm_leaving("Leave without saving? Your changes will be lost.", move || {
            self.has_changes()
        });
        self.survive_reloads()
    }

    fn changes(self, now: &ExperimentDetail) -> Vec<PartChange> {
        let entered = self.entered();
        self.detail.with_untracked(|known| changes(known.state(), now.state(), entered.state()))
    }

    fn fill(self, detail: &ExperimentDetail, keep_changes: &dyn Fn(ExperimentPart) -> bool) {
        let keep = keep_changes(ExperimentPart::Targeting);
        self.audience.accept(detail.row.audience_id.clone().unwrap_or_default(), keep);
        self.rules.accept(rules_of(detail), keep);
        let keep = keep_changes(ExperimentPart::Allocations);
        if !keep && self.wrong_shares.with_untracked(|wrong| !wrong.is_empty()) {
            self.wrong_shares.set(Vec::new());
        }
        self.split.accept(Split::of(&detail.allocations), keep);
        self.accept_variants(detail, keep_changes(ExperimentPart::Variants));
    }

    fn accept_variants(self, detail: &ExperimentDetail, keep_changes: bool) {
        let edited = self.variants.get_untracked();
        let is_same = |draft: &VariantDraft| untrack(|| !draft.is_changed(&detail.variants));
        if edited.len() == detail.variants.len() && edited.iter().all(is_same) {
            edited.iter().for_each(|draft| draft.set_saved(&detail.variants));
            return;
        }
        let mut drafts = drafts_of(detail, self.next_number);
        if keep_changes && self.variants_changed.get_untracked() {
            // Variants that somebody else added come last; variants that somebody else deleted are removed.
            let is_there =
                |draft: &VariantDraft| draft.is_new() || drafts.iter().any(|saved| saved.id == draft.id);
            let is_kept = |draft: &VariantDraft| is_there(draft) && draft.changed.get_untracked();
            let kept: Vec<_> = edited.into_iter().filter(is_kept).collect();
            for draft in kept {
                draft.set_saved(&detail.variants);
                match drafts.iter_mut().find(|saved| !draft.is_new() && saved.id == draft.id) {
                    Some(saved) => *saved = draft,
                    None => drafts.push(draft),
                }
            }
        }
        self.variants.set(drafts);
    }
}

fn rules_of(detail: &ExperimentDetail) -> Rules {
    detail.row.targeting_rules.as_deref().map(Rules::from_json).unwrap_or_default()
}

fn drafts_of(detail: &ExperimentDetail, numbers: StoredValue<u32>) -> Vec<VariantDraft> {
    detail.variants.iter().map(|variant| VariantDraft::of(next(numbers), variant)).collect()
}

fn next(numbers: StoredValue<u32>) -> u32 {
    numbers
        .try_update_value(|number| {
            *number += 1;
            *number
        })
        .unwrap_or_default()
}
