//! An audience as it is edited and as it is saved.

use edgewise_api::{Revisioned, resources::AudienceRow};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    calls,
    components::{Toasts, Tone, flag},
    model::{Rules, in_marks, kept, links, meanwhile, rules_meanwhile},
    pages::{
        deleted::Deleted,
        kept::{keep, restore, restored_note},
    },
};

/// What the page says when the audience was deleted.
pub(super) const DELETED: Deleted = Deleted {
    note: "This audience was deleted.",
    toast: "Someone deleted this audience. What you entered can still be read",
    link: "Go to the audiences",
    list: links::AUDIENCES,
};

kept! {
    /// The input, and what it was compared with.
    struct Unsaved {
        saved_name: String,
        saved_rules: Rules,
        /// For a new audience.
        environment: String,
        name: String,
        rules: Rules,
    }
}

/// An audience as it is edited and as it is saved.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// `None` for a new audience.
    id: StoredValue<Option<String>>,
    /// The revision that was loaded, the only one that may be overwritten.
    pub(super) revision: RwSignal<i64>,
    /// The id of the selected environment, for a new audience.
    pub(super) environment: RwSignal<String>,
    pub(super) name: RwSignal<String>,
    pub(super) rules: RwSignal<Rules>,
    pub(super) saved_name: RwSignal<String>,
    saved_rules: RwSignal<Rules>,
    pub(super) rules_changed: Memo<bool>,
    /// Whether name or rules have changed.
    pub(super) changed: Memo<bool>,
    /// What somebody else changed, if that conflicts with the entered changes.
    pub(super) conflict: RwSignal<Option<Vec<String>>>,
    /// Whether somebody has deleted the audience.
    pub(super) deleted: RwSignal<bool>,
    toasts: Toasts,
}

impl Draft {
    /// Creates a draft that matches everyone.
    pub(super) fn new(environment: String) -> Self {
        Self::with(None, 0, environment, String::new(), Rules::default())
    }

    /// Creates a draft of an audience.
    pub(super) fn of(audience: &Revisioned<AudienceRow>) -> Self {
        let row = &audience.value;
        let rules = Rules::from_json(&row.rules);
        Self::with(Some(row.id.clone()), audience.revision, String::new(), row.name.clone(), rules)
    }

    fn with(id: Option<String>, revision: i64, environment: String, name: String, rules: Rules) -> Self {
        let (saved_name, saved_rules) = (RwSignal::new(name.clone()), RwSignal::new(rules.clone()));
        let (name, rules) = (RwSignal::new(name), RwSignal::new(rules));
        let rules_changed = flag(move || rules.with(|rules| saved_rules.with(|saved| !rules.is_same(saved))));
        Self {
            id: StoredValue::new(id),
            revision: RwSignal::new(revision),
            environment: RwSignal::new(environment),
            name,
            rules,
            saved_name,
            saved_rules,
            rules_changed,
            changed: flag(move || rules_changed.get() || name.get() != saved_name.get()),
            conflict: RwSignal::new(None),
            deleted: RwSignal::new(false),
            toasts: Toasts::from_context(),
        }
    }

    /// Returns the id; `None` for a new audience.
    pub(super) fn id(self) -> Option<String> {
        self.id.try_get_value().flatten()
    }

    /// Returns whether there are changes that can still be saved.
    pub(super) fn has_changes(self) -> bool {
        self.changed.get() && !self.deleted.get()
    }

    /// Sets the saved state. Later input stays.
    pub(super) fn set_saved(self, audience: &Revisioned<AudienceRow>) {
        let row = &audience.value;
        if self.id().as_ref() == Some(&row.id) {
            self.conflict.set(None);
            self.revision.set(audience.revision);
            self.saved_name.set(row.name.clone());
            self.saved_rules.set(Rules::from_json(&row.rules));
        }
    }

    /// Resets the input to what is saved, also by somebody else meanwhile.
    pub(super) fn discard(self) {
        self.name.set(self.saved_name.get_untracked());
        self.rules.set(self.saved_rules.get_untracked());
        if self.conflict.with_untracked(Option::is_some) {
            self.reload(false);
        }
    }

    /// Loads the audience again, with or without keeping the changes.
    pub(super) fn reload(self, keep_changes: bool) {
        self.load(move |audience| {
            self.set_saved(audience);
            if keep_changes {
                let words = "Your changes are still here. Saving replaces the other person's changes";
                self.toasts.show(Tone::Info, words);
            } else {
                self.discard();
            }
        });
    }

    /// Loads the audience again to see what somebody else has changed. Does nothing with the answer if `is_saving` is true
    /// when it arrives.
    pub(super) fn refresh(self, is_saving: Signal<bool>) {
        self.load(move |audience| {
            if !is_saving.get_untracked() && audience.revision > self.revision.get_untracked() {
                self.take_in(audience);
            }
        });
    }

    /// Takes in what somebody else has saved; if there are unsaved changes, what is saved is a conflict.
    fn take_in(self, audience: &Revisioned<AudienceRow>) {
        let row = &audience.value;
        let rules = Rules::from_json(&row.rules);
        let others = self.differences(
            &self.saved_name.get_untracked(),
            &self.saved_rules.get_untracked(),
            &row.name,
            &rules,
        );
        if self.changed.get_untracked() && !others.is_empty() {
            self.conflict.set(Some(others));
            return;
        }
        let is_unchanged = !self.changed.get_untracked();
        self.set_saved(audience);
        if is_unchanged {
            self.discard();
        }
    }

    /// Sets that the audience was deleted, and says so.
    pub(super) fn notice_deletion(self) {
        DELETED.notice(self.deleted, self.toasts);
    }

    fn load(self, then: impl FnOnce(&Revisioned<AudienceRow>) + 'static) {
        let Some(id) = self.id() else { return };
        spawn_local(async move {
            let loaded = calls::load_audience(id).await;
            // The page may have been left meanwhile.
            if self.deleted.is_disposed() {
                return;
            }
            match loaded {
                Ok((audience, _)) => then(&audience),
                Err(problem) if problem.is_missing() => self.notice_deletion(),
                Err(_) => {}
            }
        });
    }

    /// Returns what differs between an earlier and a later saved state, beside what is entered.
    fn differences(self, name: &str, rules: &Rules, now_name: &str, now_rules: &Rules) -> Vec<String> {
        let entered = self.name.with_untracked(|name| in_marks(name));
        let name = meanwhile("name was", &in_marks(name), &in_marks(now_name), &entered);
        let rules = self.rules.with_untracked(|entered| rules_meanwhile(rules, now_rules, entered));
        name.into_iter().chain(rules).collect()
    }

    /// Restores the unsaved changes from before a reload, and keeps changes for the next one. Returns the note that says so.
    pub(super) fn survive_reloads(self) -> AnyView {
        let name = self.id().map_or_else(|| "new-audience".to_owned(), |id| format!("audience-{id}"));
        let restored_from = restore(&name, move |unsaved| self.restore(unsaved));
        keep(name, move || self.has_changes().then(|| self.unsaved()));
        restored_note(restored_from, move || self.has_changes(), move || self.discard())
    }

    /// Returns the input.
    fn unsaved(self) -> Unsaved {
        Unsaved {
            saved_name: self.saved_name.get(),
            saved_rules: self.saved_rules.get(),
            environment: self.environment.get(),
            name: self.name.get(),
            rules: self.rules.get(),
        }
    }

    /// Restores the input. What somebody else changed meanwhile is a conflict.
    fn restore(self, unsaved: Unsaved) {
        if !unsaved.environment.is_empty() {
            self.environment.set(unsaved.environment);
        }
        self.name.set(unsaved.name);
        self.rules.set(unsaved.rules);
        let now = self.saved_rules.get_untracked();
        let now_name = self.saved_name.get_untracked();
        let others = self.differences(&unsaved.saved_name, &unsaved.saved_rules, &now_name, &now);
        if !others.is_empty() {
            self.conflict.set(Some(others));
        }
    }
}
