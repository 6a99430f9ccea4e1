//! What is being edited, beside what is kept.

use edgewise_api::resources::Variant;
use leptos::prelude::*;

use crate::model::{formatted, quoted};

/// A value as it is edited, beside that which is kept.
pub(super) struct Draft<T: 'static> {
    /// As it is kept.
    pub(super) kept: RwSignal<T>,
    /// As it is edited.
    pub(super) now: RwSignal<T>,
}

impl<T> Clone for Draft<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Draft<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Draft<T> {
    pub(super) fn new(value: T) -> Self {
        Self { kept: RwSignal::new(value.clone()), now: RwSignal::new(value) }
    }

    /// Whether there is something to save.
    pub(super) fn is_changed(self) -> bool {
        self.kept.with(|kept| self.now.with(|now| kept != now))
    }

    /// Goes back to what is kept.
    pub(super) fn discard(self) {
        self.now.set(self.kept.get_untracked());
    }

    /// Takes what is kept from now on; what is being edited stays, if it is to.
    pub(super) fn take(self, value: T, keep_changes: bool) {
        let changed = self.kept.with_untracked(|kept| self.now.with_untracked(|now| kept != now));
        if !(changed && keep_changes) && self.now.with_untracked(|now| *now != value) {
            self.now.set(value.clone());
        }
        self.kept.set(value);
    }
}

/// A variant as it is edited.
#[derive(Clone, Debug)]
pub(super) struct VariantDraft {
    /// Tells it from all others of the page.
    pub(super) number: u32,
    /// Empty for one that is new.
    pub(super) id: String,
    pub(super) key: ArcRwSignal<String>,
    pub(super) name: ArcRwSignal<String>,
    /// JSON; empty for none.
    pub(super) payload: ArcRwSignal<String>,
    /// Whether it is to be deleted.
    pub(super) gone: ArcRwSignal<bool>,
}

impl VariantDraft {
    /// A new one beside others, with a key that none of them has.
    pub(super) fn new(number: u32, others: &[Self]) -> Self {
        let mut place = others.len();
        loop {
            let (key, name) = match place {
                0 => ("control".to_owned(), "Control".to_owned()),
                1 => ("treatment".to_owned(), "Treatment".to_owned()),
                _ => (format!("variant-{}", place + 1), format!("Variant {}", place + 1)),
            };
            if others.iter().all(|other| other.key.with_untracked(|taken| *taken != key)) {
                return Self::with(number, String::new(), key, name, String::new());
            }
            place += 1;
        }
    }

    /// One that there is.
    pub(super) fn of(number: u32, variant: &Variant) -> Self {
        Self::with(number, variant.id.clone(), variant.key.clone(), variant.name.clone(), payload_of(variant))
    }

    fn with(number: u32, id: String, key: String, name: String, payload: String) -> Self {
        let [key, name, payload] = [key, name, payload].map(ArcRwSignal::new);
        Self { number, id, key, name, payload, gone: ArcRwSignal::new(false) }
    }

    /// Whether it is not yet kept.
    pub(super) fn is_new(&self) -> bool {
        self.id.is_empty()
    }

    fn renames(&self, kept: &Variant) -> bool {
        self.name.with(|name| *name != kept.name)
    }

    fn changes_payload(&self, kept: &Variant) -> bool {
        self.payload.with(|payload| formatted(payload) != payload_of(kept))
    }

    /// Whether there is something to save of it.
    pub(super) fn is_changed(&self, kept: &[Variant]) -> bool {
        let is_gone = self.gone.get();
        match kept.iter().find(|kept| kept.id == self.id) {
            Some(kept) => is_gone || self.renames(kept) || self.changes_payload(kept),
            None => true,
        }
    }
}

fn payload_of(variant: &Variant) -> String {
    variant.payload.as_ref().map(|payload| formatted(payload.get())).unwrap_or_default()
}

/// The request that makes kept variants what is drafted; and the field of it that each draft, by its number, stands in.
pub(super) fn variants_request(drafts: &[VariantDraft], kept: &[Variant]) -> (String, Vec<(u32, String)>) {
    let (mut create, mut update, mut delete) = (Vec::new(), Vec::new(), Vec::new());
    let mut fields = Vec::new();
    for draft in drafts {
        let name = draft.name.with_untracked(|name| quoted(name));
        let payload = draft.payload.with_untracked(|payload| payload.trim().to_owned());
        match kept.iter().find(|kept| kept.id == draft.id) {
            None => {
                fields.push((draft.number, format!("create[{}]", create.len())));
                let key = draft.key.with_untracked(|key| quoted(key.trim()));
                let payload = if payload.is_empty() { payload } else { format!(r#","payload":{payload}"#) };
                create.push(format!(r#"{{"key":{key},"name":{name}{payload}}}"#));
            }
            Some(kept) if draft.gone.get_untracked() => delete.push(quoted(&kept.id)),
            Some(kept) if untrack(|| draft.is_changed(std::slice::from_ref(kept))) => {
                fields.push((draft.number, format!("update[{}]", update.len())));
                let payload = if payload.is_empty() { "null" } else { &payload };
                let payload = if untrack(|| draft.changes_payload(kept)) {
                    format!(r#","payload":{payload}"#)
                } else {
                    String::new()
                };
                update.push(format!(r#"{{"id":{},"name":{name}{payload}}}"#, quoted(&kept.id)));
            }
            Some(_) => {}
        }
    }
    let [create, update, delete] = [create, update, delete].map(|list| list.join(","));
    (format!(r#"{{"create":[{create}],"update":[{update}],"delete":[{delete}]}}"#), fields)
}

#[cfg(test)]
mod tests {
    use edgewise_api::resources::VariantsPatch;
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn a_request_holds_what_was_changed_and_keeps_numbers_as_they_are_typed() {
        let variant = |id: &str, payload: Option<&str>| Variant {
            id: id.to_owned(),
            key: id.to_owned(),
            name: "Name".to_owned(),
            payload: payload.map(|json| RawValue::from_string(json.to_owned()).unwrap()),
            experiment_id: "e".to_owned(),
        };
        let kept = [
            variant("a", Some(r#"{"n":1.0}"#)),
            variant("b", None),
            variant("c", None),
            variant("d", Some("{}")),
        ];
        let mut drafts: Vec<_> =
            (0..).zip(&kept).map(|(number, kept)| VariantDraft::of(number, kept)).collect();
        drafts[1].payload.set(r#" {"n": 1e2} "#.to_owned());
        drafts[2].gone.set(true);
        drafts[3].payload.set(" ".to_owned());
        drafts[3].name.set("\"New\"".to_owned());
        drafts.push(VariantDraft::new(9, &drafts));
        let (body, fields) = variants_request(&drafts, &kept);
        let request = VariantsPatch::from_body(body.as_bytes()).unwrap();
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
        let fields: Vec<_> = fields.iter().map(|(number, field)| (*number, field.as_str())).collect();
        assert_eq!(fields, [(1, "update[0]"), (3, "update[1]"), (9, "create[0]")]);
    }
}
