//! Saving parts of the experiment, and taking in what somebody else saved.

use edgewise_api::{
    Outcome,
    resources::{Status, StatusPatch},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    drafts::variants_request,
    editing::{Editing, Pressed},
};
use crate::{
    calls::{self, ExperimentDetail, ExperimentPart},
    components::{Tone, restore_focus},
    model::{ExperimentChange, PartChange, may_merge},
    problem::Problem,
    transport::Body,
};

/// The maximum number of times that a save is applied on top of what somebody else saved meanwhile.
const MAX_MERGES: u32 = 3;

/// A change that is sent: its part, whether it lets the experiment run, and its request.
struct Save {
    part: ExperimentPart,
    launches: bool,
    body: Body<ExperimentChange>,
}

impl Save {
    #[inline(always)]
    fn of(change: &ExperimentChange) -> Self {
        let body = match change {
            ExperimentChange::Details(request) | ExperimentChange::Targeting(request) => {
                Body::of_form(request)
            }
            ExperimentChange::Status(request) => Body::of_form(request),
            ExperimentChange::Variants(request) => Body::of_form(request),
            ExperimentChange::Allocations(request) => Body::of_form(request),
        };
        Self { part: change.part(), launches: change.launches(), body }
    }
}

impl Editing {
    /// Changes the status, and shows `message` when it is saved.
    pub(super) fn change_status(self, to: Status, message: &'static str) {
        let pressed =
            if to == Status::Archived { Pressed::Archive } else { Pressed::Save(ExperimentPart::Status) };
        let body = Body::of_form(&StatusPatch { status: to });
        let save = Save { part: ExperimentPart::Status, launches: to == Status::Running, body };
        self.send(pressed, save, message);
    }

    /// Saves the changes of variants.
    pub(super) fn save_variants(self) {
        let (request, sent_fields) = self.detail.with_untracked(|detail| {
            self.variants.with_untracked(|drafts| variants_request(drafts, &detail.variants))
        });
        self.sent_fields.set(sent_fields);
        self.save(ExperimentChange::Variants(request), "Variants saved");
    }

    /// Saves a part of the experiment, and shows `message` when it is saved. The function is inlined, so that a page contains only
    /// the writers of the changes that the page makes.
    #[inline(always)]
    pub(super) fn save(self, change: ExperimentChange, message: &'static str) {
        let save = Save::of(&change);
        self.send(Pressed::Save(save.part), save, message);
    }

    fn send(self, pressed: Pressed, save: Save, message: &'static str) {
        if self.is_busy_now() {
            return;
        }
        let part = save.part;
        // What the note at the top of the page asks must be decided first.
        let is_in_conflict = |changes: &Vec<PartChange>| changes.iter().any(|change| change.part == part);
        if self.conflict.with_untracked(|conflict| conflict.as_ref().is_some_and(is_in_conflict)) {
            self.report_conflict();
            return;
        }
        self.pressed.set(Some(pressed));
        self.problem.set(None);
        spawn_local(async move {
            // `None` if the page was left meanwhile.
            let Some(response) = self.send_and_merge(save).await else { return };
            if self.pressed.try_set(None).is_some() {
                return;
            }
            match response {
                Ok((saved, revision)) => {
                    self.toasts.success(message, &saved.publication);
                    self.accept_after_save(part, saved.value, revision);
                }
                Err(problem) if problem.is_missing() => self.fail_or_notice_deletion(part, problem).await,
                Err(problem) => self.fail(part, problem),
            }
            focus_after_save(part);
        });
    }

    /// Sends a save. If somebody else changed other parts meanwhile, applies the save on top of these changes. Returns the
    /// response, and the revision that the save named; or `None` if the page was left meanwhile.
    async fn send_and_merge(
        self,
        Save { part, launches, body }: Save,
    ) -> Option<Result<(Outcome<ExperimentDetail>, i64), Problem>> {
        let mut merges = 0;
        loop {
            let (id, revision) = self.try_id_and_revision()?;
            let response = calls::change_experiment(id.clone(), revision, part, body.clone()).await;
            let problem = match response {
                Ok(saved) => return Some(Ok((saved, revision))),
                Err(problem) => problem,
            };
            if !problem.is_stale() || merges == MAX_MERGES || self.detail.is_disposed() {
                return Some(Err(problem));
            }
            merges += 1;
            let now = match calls::load_experiment(id).await {
                Ok(now) => now,
                Err(problem) => return Some(Err(problem)),
            };
            if self.detail.is_disposed() {
                return None;
            }
            // A launch was confirmed for what the page showed, so what is different must be known.
            let is_known = move || self.editors.get_value().is_some();
            let arrived = is_known() || ((self.load_editors)().await && is_known());
            if !arrived {
                return Some(Err(problem));
            }
            let others = self.changes_to(&now);
            let touches_edits =
                untrack(|| others.iter().any(|change| change.part != part && self.has_changed(change.part)));
            if touches_edits || !may_merge(part, launches, &others, now.row.status) {
                self.conflict.set(Some(others));
                return Some(Err(problem));
            }
            self.conflict.set(None);
            self.accept(now, |_| true);
        }
    }

    /// Returns what differs between the experiment as the page knows it and as it is now, with conflicts that were found
    /// before. Empty before the editors are there: nothing is edited then.
    fn changes_to(self, now: &ExperimentDetail) -> Vec<PartChange> {
        let Some(editors) = self.editors.get_value() else { return Vec::new() };
        let mut found = (editors.changes)(self, now);
        for known in self.conflict.get_untracked().unwrap_or_default() {
            if found.iter().all(|change| change.part != known.part) {
                found.push(known);
            }
        }
        found
    }

    /// Takes in the saved experiment. Edits of other parts stay. If somebody else changed these parts right after the save,
    /// that is a conflict.
    fn accept_after_save(self, part: ExperimentPart, detail: ExperimentDetail, revision: i64) {
        if detail.revision > revision + 1 {
            let mut others = self.changes_to(&detail);
            others.retain(|change| change.part != part);
            if untrack(|| others.iter().any(|change| self.has_changed(change.part))) {
                self.conflict.set(Some(others));
            }
        }
        self.accept(detail, |other| other != part);
    }

    /// Deletes the experiment, and then calls `then`.
    pub(super) fn delete(self, then: impl Fn() + 'static) {
        if self.is_busy_now() {
            return;
        }
        self.pressed.set(Some(Pressed::Delete));
        let Some((id, revision)) = self.try_id_and_revision() else { return };
        spawn_local(async move {
            let response = calls::delete_experiment(id, revision, false).await;
            // The page may have been left meanwhile.
            if self.pressed.is_disposed() {
                return;
            }
            match response {
                // The state stays busy, because the experiment can no longer be loaded.
                Ok(publication) => {
                    self.toasts.success("Experiment deleted", &publication);
                    then();
                    restore_focus(&["#content"]);
                }
                Err(problem) => {
                    self.pressed.set(None);
                    self.fail_or_notice_deletion(ExperimentPart::Status, problem).await;
                    restore_focus(&[".danger-zone button", "#content"]);
                }
            }
        });
    }

    /// Loads the experiment again, unless a request is pending. Changes that somebody else made to parts that are edited are
    /// a conflict, and are not taken in.
    pub(super) fn refresh(self) {
        if self.is_busy_now() {
            return;
        }
        let Some((id, _)) = self.try_id_and_revision() else { return };
        spawn_local(async move {
            let loaded = calls::load_experiment(id).await;
            if self.detail.is_disposed() || self.is_busy_now() {
                return;
            }
            match loaded {
                Ok(detail) => self.take_in(detail),
                Err(problem) if problem.is_missing() => self.notice_deletion(),
                Err(_) => {}
            }
        });
    }

    /// Takes in a state of the experiment that was loaded later.
    pub(super) fn take_in(self, detail: ExperimentDetail) {
        let known = self.detail.with_untracked(|known| known.revision);
        if detail.revision < known {
            return;
        }
        let others = self.changes_to(&detail);
        if untrack(|| others.iter().any(|change| self.has_changed(change.part))) {
            self.conflict.set(Some(others));
            self.detail.update(|known| (known.publication, known.live) = (detail.publication, detail.live));
        } else {
            self.conflict.set(None);
            self.accept(detail, |_| true);
        }
    }

    /// Loads the experiment again, with or without keeping the changes.
    pub(super) fn reload(self, keep_changes: bool) {
        let Some((id, _)) = self.try_id_and_revision() else { return };
        spawn_local(async move {
            match calls::load_experiment(id).await {
                Ok(detail) if self.conflict.try_set(None).is_none() => {
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
                Err(problem) if problem.is_missing() => self.notice_deletion(),
                Err(problem) => self.toasts.error(&problem),
            }
            restore_focus(&["#content"]);
        });
    }

    fn try_id_and_revision(self) -> Option<(String, i64)> {
        self.detail.try_with_untracked(|detail| (detail.row.id.clone(), detail.revision))
    }

    /// Reports a problem, unless it is that the experiment was deleted: the page then says so.
    async fn fail_or_notice_deletion(self, part: ExperimentPart, problem: Problem) {
        let Some((id, _)) = self.try_id_and_revision() else { return };
        let is_gone = problem.is_missing()
            && calls::load_experiment(id).await.is_err_and(|problem| problem.is_missing());
        if self.deleted.is_disposed() {
            return;
        }
        if is_gone {
            self.notice_deletion();
        } else {
            self.fail(part, problem);
        }
    }

    fn report_conflict(self) {
        // The note may be scrolled out of view.
        self.toasts.show(
            Tone::Warning,
            "Not saved: someone changed this experiment since you opened it. The top of the page says what",
        );
    }

    fn fail(self, part: ExperimentPart, problem: Problem) {
        if problem.is_stale() {
            if self.conflict.with_untracked(Option::is_none) {
                self.conflict.set(Some(Vec::new()));
            }
            self.report_conflict();
            return;
        }
        if part == ExperimentPart::Status {
            self.toasts.error(&problem);
            self.refresh();
        } else {
            self.problem.set(Some((part, problem)));
        }
    }
}

/// Focuses where work goes on after a save, if the pressed button is gone or disabled.
fn focus_after_save(part: ExperimentPart) {
    match part {
        ExperimentPart::Status => restore_focus(&[".experiment-head .next-status", "#duplicate", "#content"]),
        ExperimentPart::Details => restore_focus(&[".experiment-head .edit", "#content"]),
        part => focus_foot(part),
    }
}

/// Focuses the footer of a section, if the pressed button of the footer is disabled.
pub(super) fn focus_foot(part: ExperimentPart) {
    let section = part.name_and_section().1;
    restore_focus(&[&format!("{section} .part-foot"), "#content"]);
}
