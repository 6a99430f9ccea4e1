use leptos::{prelude::*, task::spawn_local};

use super::drafts::{Draft, VariantDraft, variants_request};
use crate::{
    calls::{self, ExperimentDetail, ExperimentPart},
    components::{Toasts, Tone},
    model::{Rules, Split},
    problem::Problem,
};

/// The state of the page: what is kept of the experiment, what is being edited, and what becomes of saving it.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    /// As it is kept. Its revision is what changes name.
    pub(super) detail: RwSignal<ExperimentDetail>,
    pub(super) name: Draft<String>,
    pub(super) description: Draft<String>,
    /// The id; empty for none.
    pub(super) audience: Draft<String>,
    pub(super) rules: Draft<Rules>,
    pub(super) split: Draft<Split>,
    pub(super) variants: RwSignal<Vec<VariantDraft>>,
    /// In which field of the request each variant was sent last.
    sent: RwSignal<Vec<(u32, String)>>,
    next_number: StoredValue<u32>,
    busy: RwSignal<bool>,
    stale: RwSignal<bool>,
    problem: RwSignal<Option<(ExperimentPart, Problem)>>,
    toasts: Toasts,
}

impl Editing {
    /// Begins with what has been loaded.
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
            sent: RwSignal::default(),
            next_number,
            busy: RwSignal::new(false),
            stale: RwSignal::new(false),
            problem: RwSignal::new(None),
            toasts: Toasts::of_page(),
            detail: RwSignal::new(detail),
        }
    }

    /// Whether a change is on its way.
    pub(super) fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Whether somebody else has changed the experiment.
    pub(super) fn is_stale(self) -> bool {
        self.stale.get()
    }

    /// What is wrong with the last change, if it was about that part.
    pub(super) fn problem_of(self, part: ExperimentPart) -> Option<Problem> {
        self.problem.with(|problem| match problem {
            Some((about, problem)) if *about == part => Some(problem.clone()),
            _ => None,
        })
    }

    /// What is wrong with a field of a variant.
    pub(super) fn problem_of_variant(self, number: u32, field: &str) -> Option<String> {
        let sent =
            self.sent.with(|sent| sent.iter().find(|sent| sent.0 == number).map(|sent| sent.1.clone()))?;
        let path = format!("{sent}.{field}");
        let problem = self.problem_of(ExperimentPart::Variants)?.of_field(&path)?;
        // It stands beside the field: where that is in the request says nothing to people.
        Some(problem.replacen(&path, field, 1))
    }

    /// Says what is wrong with a change before the server is asked.
    pub(super) fn refuse(self, part: ExperimentPart, problem: String) {
        self.problem.set(Some((part, Problem::of_input(problem))));
    }

    /// The change is no longer meant.
    pub(super) fn forget_problem(self, part: ExperimentPart) {
        if self.problem.with_untracked(|problem| problem.as_ref().is_some_and(|(about, _)| *about == part)) {
            self.problem.set(None);
        }
    }

    /// Whether name or description differ from what is kept.
    pub(super) fn details_changed(self) -> bool {
        self.name.is_changed() || self.description.is_changed()
    }

    /// Whether audience or rules do.
    pub(super) fn targeting_changed(self) -> bool {
        self.audience.is_changed() || self.rules.is_changed()
    }

    /// Whether any variant does.
    pub(super) fn variants_changed(self) -> bool {
        self.detail.with(|detail| {
            self.variants.with(|drafts| drafts.iter().any(|draft| draft.is_changed(&detail.variants)))
        })
    }

    /// Whether anything does.
    pub(super) fn has_changes(self) -> bool {
        self.details_changed()
            || self.targeting_changed()
            || self.split.is_changed()
            || self.variants_changed()
    }

    /// Adds a variant to be made.
    pub(super) fn add_variant(self) {
        let number = next(self.next_number);
        self.variants.update(|drafts| drafts.push(VariantDraft::new(number, drafts)));
    }

    /// Goes back to the variants there are.
    pub(super) fn discard_variants(self) {
        self.variants.set(self.detail.with_untracked(|detail| drafts_of(detail, self.next_number)));
    }

    /// Saves what was changed of the variants.
    pub(super) fn save_variants(self) {
        let (body, sent) = self.detail.with_untracked(|detail| {
            self.variants.with_untracked(|drafts| variants_request(drafts, &detail.variants))
        });
        self.sent.set(sent);
        self.save(ExperimentPart::Variants, body, "Variants saved");
    }

    /// Changes a part of the experiment, and says `done` then.
    pub(super) fn save(self, part: ExperimentPart, body: String, done: &'static str) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        let (id, revision) = self.key();
        spawn_local(async move {
            let answer = calls::change_experiment(id, revision, part, body).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(saved) => {
                    self.toasts.done(done, &saved.publication);
                    let mut detail = saved.value;
                    // More than this change: somebody else's came right after it.
                    if detail.revision > revision + 1 && untrack(|| self.has_other_changes(part)) {
                        detail.revision = revision + 1;
                        self.stale.set(true);
                    }
                    self.take(detail, |other| other != part);
                }
                Err(problem) => self.fail(part, problem),
            }
        });
    }

    /// Publishes the environment again, with what was changed since the rollback.
    pub(super) fn resume(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let environment = self.detail.with_untracked(|detail| detail.environment.id.clone());
        spawn_local(async move {
            let answer = calls::resume(environment).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(resumed) => {
                    self.toasts.done("Publishing resumed", &resumed.publication);
                    self.detail.update(|detail| detail.publication = resumed.value);
                }
                Err(problem) => {
                    self.toasts.failed(&problem);
                    self.refresh();
                }
            }
        });
    }

    /// Deletes the experiment, and calls `then`.
    pub(super) fn delete(self, then: impl Fn() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let (id, revision) = self.key();
        spawn_local(async move {
            let answer = calls::delete_experiment(id, revision, false).await;
            // Meanwhile somebody may have left.
            if self.busy.try_get_untracked().is_none() {
                return;
            }
            match answer {
                // It stays busy until it is left: there is nothing any more that could be looked for.
                Ok(publication) => {
                    self.toasts.done("Experiment deleted", &publication);
                    then();
                }
                Err(problem) => {
                    self.busy.set(false);
                    self.fail(ExperimentPart::Status, problem);
                }
            }
        });
    }

    /// Looks for news, unless a change is under way, which brings them. While something is being edited that somebody else has
    /// changed, it says so and takes nothing but what is live.
    pub(super) fn refresh(self) {
        if self.busy.get_untracked() {
            return;
        }
        let (id, _) = self.key();
        spawn_local(async move {
            let Ok(detail) = calls::load_experiment(id).await else { return };
            let Some(known) = self.detail.try_with_untracked(|detail| detail.revision) else { return };
            if detail.revision > known && untrack(|| self.has_changes()) {
                self.stale.set(true);
                self.detail.update(|kept| kept.publication = detail.publication);
            } else if detail.revision >= known && !self.busy.get_untracked() {
                self.take(detail, |_| true);
            }
        });
    }

    /// Takes what there is now, and leaves changes as they are if they are to be kept.
    pub(super) fn reload(self, keep_changes: bool) {
        let (id, _) = self.key();
        spawn_local(async move {
            match calls::load_experiment(id).await {
                Ok(detail) if self.stale.try_set(false).is_none() => {
                    self.problem.set(None);
                    self.take(detail, |_| keep_changes);
                    if keep_changes {
                        self.toasts.say(
                            Tone::Info,
                            "Your changes are still here: saving replaces what the other person saved",
                        );
                    }
                }
                Ok(_) => {}
                Err(problem) => self.toasts.failed(&problem),
            }
        });
    }

    fn key(self) -> (String, i64) {
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
            // The note may be out of sight.
            self.toasts.say(
                Tone::Warning,
                "Not saved: someone changed this since you opened it. Reload it at the top of the page",
            );
            return;
        }
        if matches!(part, ExperimentPart::Status | ExperimentPart::Publication) {
            self.toasts.failed(&problem);
            self.refresh();
        } else {
            self.problem.set(Some((part, problem)));
        }
    }

    /// Takes what is kept from now on. What is being edited stays in parts that are to keep it.
    fn take(self, detail: ExperimentDetail, keep: impl Fn(ExperimentPart) -> bool) {
        let keeps = keep(ExperimentPart::Details);
        self.name.take(detail.row.name.clone(), keeps);
        self.description.take(detail.row.description.clone().unwrap_or_default(), keeps);
        let keeps = keep(ExperimentPart::Targeting);
        self.audience.take(detail.row.audience_id.clone().unwrap_or_default(), keeps);
        self.rules.take(rules_of(&detail), keeps);
        self.split.take(Split::of(&detail.allocations), keep(ExperimentPart::Allocations));
        let edited = self.variants.get_untracked();
        let is_same = |draft: &VariantDraft| untrack(|| !draft.is_changed(&detail.variants));
        if edited.len() == detail.variants.len() && edited.iter().all(is_same) {
            self.detail.set(detail);
            return;
        }
        let mut drafts = drafts_of(&detail, self.next_number);
        if keep(ExperimentPart::Variants) && untrack(|| self.variants_changed()) {
            // Those that somebody else has added come after what is being edited; those that are no more go.
            let is_there =
                |draft: &VariantDraft| draft.is_new() || drafts.iter().any(|kept| kept.id == draft.id);
            let mut edited: Vec<_> = edited.into_iter().filter(is_there).collect();
            drafts.retain(|kept| edited.iter().all(|draft| kept.id != draft.id));
            edited.append(&mut drafts);
            drafts = edited;
        }
        self.detail.set(detail);
        self.variants.set(drafts);
    }
}

fn rules_of(detail: &ExperimentDetail) -> Rules {
    detail.row.targeting_rules.as_deref().map(Rules::of_json).unwrap_or_default()
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
