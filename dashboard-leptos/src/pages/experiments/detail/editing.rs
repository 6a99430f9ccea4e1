use edgewise_api::FieldPath;
use leptos::{prelude::*, task::spawn_local};

use super::drafts::{Draft, VariantDraft, variants_request};
use crate::{
    calls::{self, ExperimentDetail, ExperimentPart},
    components::{Toasts, Tone},
    model::{Rules, Split},
    problem::Problem,
};

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
    pub(super) variants: RwSignal<Vec<VariantDraft>>,
    /// The path of each variant in the last request, by the variant's number.
    sent_fields: RwSignal<Vec<(u32, FieldPath)>>,
    next_number: StoredValue<u32>,
    busy: RwSignal<bool>,
    stale: RwSignal<bool>,
    problem: RwSignal<Option<(ExperimentPart, Problem)>>,
    toasts: Toasts,
}

impl Editing {
    /// Creates the state from a loaded experiment.
    pub(super) fn new(detail: ExperimentDetail) -> Self {
        let next_number = StoredValue::new(0);
        let variants = drafts_of(&detail, next_number);
        Self {
            name: Draft::new(detail.row.name.clone()),
            description: Draft::new(detail.row.description.clone().unwrap_or_default()),
            audience: Draft::new(detail.row.audience_id.clone().unwrap_or_default()),
            rules: Draft::new(rules_of(&detail)),
            split: Draft::new(Split::of(&detail.allocations)),
            variants: RwSignal::new(variants),
            sent_fields: RwSignal::default(),
            next_number,
            busy: RwSignal::new(false),
            stale: RwSignal::new(false),
            problem: RwSignal::new(None),
            toasts: Toasts::from_context(),
            detail: RwSignal::new(detail),
        }
    }

    /// Returns whether a request is pending.
    pub(super) fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Returns whether somebody else changed the experiment.
    pub(super) fn is_stale(self) -> bool {
        self.stale.get()
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

    /// Returns whether name or description have changed.
    pub(super) fn details_changed(self) -> bool {
        self.name.is_changed() || self.description.is_changed()
    }

    /// Returns whether audience or rules have changed.
    pub(super) fn targeting_changed(self) -> bool {
        self.audience.is_changed() || self.rules.is_changed()
    }

    /// Returns whether a variant has changed.
    pub(super) fn variants_changed(self) -> bool {
        self.detail.with(|detail| {
            self.variants.with(|drafts| drafts.iter().any(|draft| draft.is_changed(&detail.variants)))
        })
    }

    /// Returns whether anything has changed.
    pub(super) fn has_changes(self) -> bool {
        self.details_changed()
            || self.targeting_changed()
            || self.split.is_changed()
            || self.variants_changed()
    }

    /// Adds a new variant.
    pub(super) fn add_variant(self) {
        let number = next(self.next_number);
        self.variants.update(|drafts| drafts.push(VariantDraft::new(number, drafts)));
    }

    /// Resets the variants to the saved ones.
    pub(super) fn discard_variants(self) {
        self.variants.set(self.detail.with_untracked(|detail| drafts_of(detail, self.next_number)));
    }

    /// Saves the changes of variants.
    pub(super) fn save_variants(self) {
        let (body, sent_fields) = self.detail.with_untracked(|detail| {
            self.variants.with_untracked(|drafts| variants_request(drafts, &detail.variants))
        });
        self.sent_fields.set(sent_fields);
        self.save(ExperimentPart::Variants, body, "Variants saved");
    }

    /// Saves a part of the experiment, and shows `message` when it is saved.
    pub(super) fn save(self, part: ExperimentPart, body: String, message: &'static str) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        let (id, revision) = self.id_and_revision();
        spawn_local(async move {
            let response = calls::change_experiment(id, revision, part, body).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match response {
                Ok(saved) => {
                    self.toasts.success(message, &saved.publication);
                    let mut detail = saved.value;
                    // Somebody else saved a change right after this one.
                    if detail.revision > revision + 1 && untrack(|| self.has_other_changes(part)) {
                        detail.revision = revision + 1;
                        self.stale.set(true);
                    }
                    self.accept(detail, |other| other != part);
                }
                Err(problem) => self.fail(part, problem),
            }
        });
    }

    /// Deletes the experiment, and then calls `then`.
    pub(super) fn delete(self, then: impl Fn() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let (id, revision) = self.id_and_revision();
        spawn_local(async move {
            let response = calls::delete_experiment(id, revision, false).await;
            // The page may have been left meanwhile.
            if self.busy.try_get_untracked().is_none() {
                return;
            }
            match response {
                // The state stays busy, because the experiment can no longer be loaded.
                Ok(publication) => {
                    self.toasts.success("Experiment deleted", &publication);
                    then();
                }
                Err(problem) => {
                    self.busy.set(false);
                    self.fail(ExperimentPart::Status, problem);
                }
            }
        });
    }

    /// Loads the experiment again, unless a request is pending. If somebody else changed the experiment while it is
    /// edited, only what is live is updated, and the state becomes stale.
    pub(super) fn refresh(self) {
        if self.busy.get_untracked() {
            return;
        }
        let (id, _) = self.id_and_revision();
        spawn_local(async move {
            let Ok(detail) = calls::load_experiment(id).await else { return };
            let Some(known) = self.detail.try_with_untracked(|detail| detail.revision) else { return };
            if detail.revision > known && untrack(|| self.has_changes()) {
                self.stale.set(true);
                self.detail
                    .update(|saved| (saved.publication, saved.live) = (detail.publication, detail.live));
            } else if detail.revision >= known && !self.busy.get_untracked() {
                self.accept(detail, |_| true);
            }
        });
    }

    /// Loads the experiment again, with or without keeping the changes.
    pub(super) fn reload(self, keep_changes: bool) {
        let (id, _) = self.id_and_revision();
        spawn_local(async move {
            match calls::load_experiment(id).await {
                Ok(detail) if self.stale.try_set(false).is_none() => {
                    self.problem.set(None);
                    self.accept(detail, |_| keep_changes);
                    if keep_changes {
                        self.toasts.show(
                            Tone::Info,
                            "Your changes are still here. Saving replaces the other person's changes",
                        );
                    }
                }
                Ok(_) => {}
                Err(problem) => self.toasts.error(&problem),
            }
        });
    }

    fn id_and_revision(self) -> (String, i64) {
        self.detail.with_untracked(|detail| (detail.row.id.clone(), detail.revision))
    }

    fn has_other_changes(self, part: ExperimentPart) -> bool {
        (part != ExperimentPart::Details && self.details_changed())
            || (part != ExperimentPart::Targeting && self.targeting_changed())
            || (part != ExperimentPart::Allocations && self.split.is_changed())
            || (part != ExperimentPart::Variants && self.variants_changed())
    }

    fn fail(self, part: ExperimentPart, problem: Problem) {
        if problem.is_stale() {
            self.stale.set(true);
            // The note may be scrolled out of view.
            self.toasts.show(
                Tone::Warning,
                "Not saved: someone changed this experiment since you opened it. Reload the experiment at the top of the page",
            );
            return;
        }
        if part == ExperimentPart::Status {
            self.toasts.error(&problem);
            self.refresh();
        } else {
            self.problem.set(Some((part, problem)));
        }
    }

    /// Sets the saved experiment. Edited values stay in the parts for which `keep_changes` is true.
    fn accept(self, detail: ExperimentDetail, keep_changes: impl Fn(ExperimentPart) -> bool) {
        let keep = keep_changes(ExperimentPart::Details);
        self.name.accept(detail.row.name.clone(), keep);
        self.description.accept(detail.row.description.clone().unwrap_or_default(), keep);
        let keep = keep_changes(ExperimentPart::Targeting);
        self.audience.accept(detail.row.audience_id.clone().unwrap_or_default(), keep);
        self.rules.accept(rules_of(&detail), keep);
        self.split.accept(Split::of(&detail.allocations), keep_changes(ExperimentPart::Allocations));
        let edited = self.variants.get_untracked();
        let is_same = |draft: &VariantDraft| untrack(|| !draft.is_changed(&detail.variants));
        if edited.len() == detail.variants.len() && edited.iter().all(is_same) {
            self.detail.set(detail);
            return;
        }
        let mut drafts = drafts_of(&detail, self.next_number);
        if keep_changes(ExperimentPart::Variants) && untrack(|| self.variants_changed()) {
            // Variants that somebody else added come last; variants that somebody else deleted are removed.
            let is_there =
                |draft: &VariantDraft| draft.is_new() || drafts.iter().any(|saved| saved.id == draft.id);
            let mut edited: Vec<_> = edited.into_iter().filter(is_there).collect();
            drafts.retain(|saved| edited.iter().all(|draft| saved.id != draft.id));
            edited.append(&mut drafts);
            drafts = edited;
        }
        self.detail.set(detail);
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
