//! Edited values next to their saved values.

use edgewise_api::{
    FieldPath,
    resources::{Variant, VariantCreate, VariantUpdate, VariantsPatch},
};
use leptos::prelude::*;

use crate::model::{VariantInput, formatted, key, object_problem, payload};

/// An edited value next to its saved value.
pub(super) struct Draft<T: 'static> {
    /// The saved value.
    pub(super) saved: RwSignal<T>,
    /// The edited value.
    pub(super) current: RwSignal<T>,
}

impl<T> Clone for Draft<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Draft<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Draft<T> {
    pub(super) fn new(value: T) -> Self {
        Self { saved: RwSignal::new(value.clone()), current: RwSignal::new(value) }
    }

    /// Returns whether the value differs from the saved one.
    pub(super) fn is_changed(self) -> bool {
        self.saved.with(|saved| self.current.with(|current| saved != current))
    }

    /// Resets the value to the saved one.
    pub(super) fn discard(self) {
        self.current.set(self.saved.get_untracked());
    }

    /// Sets the saved value. With `keep_changes`, an edited value stays.
    pub(super) fn accept(self, value: T, keep_changes: bool) {
        let changed =
            self.saved.with_untracked(|saved| self.current.with_untracked(|current| saved != current));
        if !(changed && keep_changes) && self.current.with_untracked(|current| *current != value) {
            self.current.set(value.clone());
        }
        self.saved.set(value);
    }
}

/// An edited variant.
#[derive(Clone, Debug)]
pub(super) struct VariantDraft {
    /// Unique on the page.
    pub(super) number: u32,
    /// Empty for a new variant.
    pub(super) id: String,
    pub(super) key: ArcRwSignal<String>,
    pub(super) name: ArcRwSignal<String>,
    /// JSON; empty for no payload.
    pub(super) payload: ArcRwSignal<String>,
    /// Whether saving deletes the variant.
    pub(super) deleted: ArcRwSignal<bool>,
    /// The saved name and payload; `None` for a new variant.
    saved: ArcRwSignal<Option<(String, String)>>,
    /// Whether the variant differs from the saved one. Computed for this variant alone, so that typing costs the same
    /// whatever the number of variants is.
    pub(super) changed: ArcMemo<bool>,
    /// Whether the variant cannot be saved as it is.
    pub(super) wrong: ArcMemo<bool>,
}

impl VariantDraft {
    /// Creates a variant with a key that no other variant has.
    pub(super) fn new(number: u32, others: &[Self]) -> Self {
        let mut place = others.len();
        loop {
            let (key, name) = match place {
                0 => ("control".to_owned(), "Control".to_owned()),
                1 => ("treatment".to_owned(), "Treatment".to_owned()),
                _ => (format!("variant-{}", place + 1), format!("Variant {}", place + 1)),
            };
            if others.iter().all(|other| other.key.with_untracked(|taken| *taken != key)) {
                return Self::with(number, VariantInput { key, name, ..VariantInput::default() });
            }
            place += 1;
        }
    }

    /// Creates a draft of a saved variant.
    pub(super) fn of(number: u32, variant: &Variant) -> Self {
        let input = VariantInput {
            id: variant.id.clone(),
            key: variant.key.clone(),
            name: variant.name.clone(),
            payload: payload_of(variant),
            ..VariantInput::default()
        };
        let draft = Self::with(number, input);
        draft.set_saved(std::slice::from_ref(variant));
        draft
    }

    /// Creates a draft with this input. An empty id stands for a new variant.
    pub(super) fn with(number: u32, input: VariantInput) -> Self {
        let VariantInput { id, key, name, payload, is_deleted, .. } = input;
        let [key, name, payload] = [key, name, payload].map(ArcRwSignal::new);
        let deleted = ArcRwSignal::new(is_deleted);
        let saved = ArcRwSignal::new(None::<(String, String)>);
        let changed = {
            let (name, payload, deleted, saved) =
                (name.clone(), payload.clone(), deleted.clone(), saved.clone());
            shared_flag(Box::new(move || {
                let is_gone = deleted.get();
                saved.with(|saved| match saved {
                    Some((saved_name, saved_payload)) => {
                        is_gone
                            || name.with(|name| name != saved_name)
                            || payload.with(|payload| formatted(payload) != *saved_payload)
                    }
                    None => true,
                })
            }))
        };
        let is_new = id.is_empty();
        let wrong = {
            let (key, name, payload, deleted) = (key.clone(), name.clone(), payload.clone(), deleted.clone());
            shared_flag(Box::new(move || {
                let key_is_wrong = key.with(|key| is_new && key::problem(key.trim()).is_some());
                let payload_is_wrong = payload.with(|payload| object_problem(payload).is_some());
                let name_is_wrong = name.with(|name| name.trim().is_empty());
                !deleted.get() && (key_is_wrong || payload_is_wrong || name_is_wrong)
            }))
        };
        Self { number, id, key, name, payload, deleted, saved, changed, wrong }
    }

    /// Returns the input.
    pub(super) fn input(&self) -> VariantInput {
        VariantInput {
            id: self.id.clone(),
            key: self.key.get(),
            name: self.name.get(),
            payload: self.payload.get(),
            key_is_edited: true,
            is_deleted: self.deleted.get(),
        }
    }

    /// Sets what the variant is compared with.
    pub(super) fn set_saved(&self, saved: &[Variant]) {
        let own = saved.iter().find(|saved| saved.id == self.id);
        let own = own.map(|saved| (saved.name.clone(), payload_of(saved)));
        if self.saved.with_untracked(|saved| *saved != own) {
            self.saved.set(own);
        }
    }

    /// Returns whether the variant has not been saved.
    pub(super) fn is_new(&self) -> bool {
        self.id.is_empty()
    }

    fn renames(&self, saved: &Variant) -> bool {
        self.name.with(|name| *name != saved.name)
    }

    fn changes_payload(&self, saved: &Variant) -> bool {
        self.payload.with(|payload| formatted(payload) != payload_of(saved))
    }

    /// Returns whether the variant differs from the saved one.
    pub(super) fn is_changed(&self, saved: &[Variant]) -> bool {
        let is_gone = self.deleted.get();
        match saved.iter().find(|saved| saved.id == self.id) {
            Some(saved) => is_gone || self.renames(saved) || self.changes_payload(saved),
            None => true,
        }
    }
}

fn shared_flag(condition: Box<dyn Fn() -> bool + Send + Sync>) -> ArcMemo<bool> {
    ArcMemo::new(move |_| condition())
}

fn payload_of(variant: &Variant) -> String {
    variant.payload.as_ref().map(|payload| formatted(payload.get())).unwrap_or_default()
}

/// Returns the request that saves the drafts; and the path of each draft in it, by the draft's number.
pub(super) fn variants_request(
    drafts: &[VariantDraft],
    saved: &[Variant],
) -> (VariantsPatch, Vec<(u32, FieldPath)>) {
    let (mut create, mut update, mut delete) = (Vec::new(), Vec::new(), Vec::new());
    let mut fields = Vec::new();
    for draft in drafts {
        let name = draft.name.get_untracked();
        let payload = draft.payload.with_untracked(|text| payload(text));
        match saved.iter().find(|saved| saved.id == draft.id) {
            None => {
                fields.push((draft.number, FieldPath::of("create").at(create.len())));
                let key = draft.key.with_untracked(|key| key.trim().to_owned());
                create.push(VariantCreate { key, name, payload });
            }
            Some(saved) if draft.deleted.get_untracked() => delete.push(saved.id.clone()),
            Some(saved) if untrack(|| draft.is_changed(std::slice::from_ref(saved))) => {
                fields.push((draft.number, FieldPath::of("update").at(update.len())));
                let payload = untrack(|| draft.changes_payload(saved)).then_some(payload);
                update.push(VariantUpdate { id: saved.id.clone(), name: Some(name), payload });
            }
            Some(_) => {}
        }
    }
    (VariantsPatch { create, update, delete }, fields)
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn a_request_has_only_changes_and_keeps_numbers_as_typed() {
        let variant = |id: &str, payload: Option<&str>| Variant {
            id: id.to_owned(),
            key: id.to_owned(),
            name: "Name".to_owned(),
            payload: payload.map(|json| RawValue::from_string(json.to_owned()).unwrap()),
            experiment_id: "e".to_owned(),
        };
        let saved = [
            variant("a", Some(r#"{"n":1.0}"#)),
            variant("b", None),
            variant("c", None),
            variant("d", Some("{}")),
        ];
        let mut drafts: Vec<_> =
            (0..).zip(&saved).map(|(number, saved)| VariantDraft::of(number, saved)).collect();
        drafts[1].payload.set(r#" {"n": 1e2} "#.to_owned());
        drafts[2].deleted.set(true);
        drafts[3].payload.set(" ".to_owned());
        drafts[3].name.set("\"New\"".to_owned());
        drafts.push(VariantDraft::new(9, &drafts));
        let (request, fields) = variants_request(&drafts, &saved);
        let request = VariantsPatch::from_body(&serde_json::to_vec(&request).unwrap()).unwrap();
        let updates: Vec<_> = request
            .update
            .iter()
            .map(|update| {
                let payload = update.payload.as_ref().map(|payload| payload.as_ref().map(|json| json.get()));
                (update.id.as_str(), update.name.as_deref(), payload)
            })
            .collect();
        assert_eq!(
            updates,
            [("b", Some("Name"), Some(Some(r#"{"n":1e2}"#))), ("d", Some("\"New\""), Some(None))]
        );
        assert_eq!(request.delete, ["c"]);
        let created: Vec<_> = request.create.iter().map(|create| create.key.as_str()).collect();
        assert_eq!(created, ["variant-5"]);
        let place = |list: &str, index: usize| FieldPath::of(list).at(index);
        assert_eq!(fields, [(1, place("update", 0)), (3, place("update", 1)), (9, place("create", 0))]);
    }
}
