//! The differences between two snapshots.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

/// The differences between two versions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diff {
    /// The version whose changes are listed.
    pub version: u64,
    /// The version to compare with; `null` if there is no such version, so that everything counts as added.
    pub against: Option<u64>,
    /// The changed experiments, identified by id.
    pub experiments: Changes,
    /// The changed flags, identified by key.
    pub flags: Changes,
}

/// Added, removed and changed items.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changes {
    /// The items that only this version has.
    pub added: Vec<Named>,
    /// The items that only the other version has.
    pub removed: Vec<Named>,
    /// The items that differ between both versions.
    pub changed: Vec<Changed>,
    /// Whether the order of the items that both versions have has changed. Responses list assignments in this order.
    pub reordered: bool,
}

/// The identity of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// The id, if the item has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The key by which code refers to the item.
    pub key: String,
}

/// The changes of one item.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// The item.
    #[serde(flatten)]
    pub named: Named,
    /// The changed fields.
    pub fields: Vec<FieldChange>,
}

/// The change of a field. `before` or `after` is absent if the field was or is absent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldChange {
    /// The path of the field, such as `targetingRules.0.conditions.1.value` or `variants.green.payload`.
    pub field: String,
    /// The value in the other version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub before: Option<Box<RawValue>>,
    /// The value in this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub after: Option<Box<RawValue>>,
}

/// Returns the differences between two published snapshots.
///
/// ```
/// let before = r#"{"version": 1, "experiments": [{"id": "e", "key": "button", "salt": "s"}]}"#;
/// let after = r#"{"version": 2, "experiments": [{"id": "e", "key": "knob", "salt": "s"}]}"#;
/// let diff = edgewise_api::diff::diff(after, Some(before))?;
/// assert_eq!((diff.version, diff.against), (2, Some(1)));
/// assert_eq!(diff.experiments.changed[0].fields[0].field, "key");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// Returns an error if one of the texts is not a snapshot.
pub fn diff(after: &str, before: Option<&str>) -> Result<Diff, serde_json::Error> {
    let after: Snapshot = serde_json::from_str(after)?;
    let before: Option<Snapshot> = before.map(serde_json::from_str).transpose()?;
    let against = before.as_ref().map(|snapshot| snapshot.version);
    let (experiments, flags) = after.parts();
    let (old_experiments, old_flags) = before.as_ref().map(Snapshot::parts).unwrap_or_default();
    Ok(Diff {
        version: after.version,
        against,
        experiments: changes(&old_experiments, &experiments)?,
        flags: changes(&old_flags, &flags)?,
    })
}

/// The members of an object, as published.
type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// The parts of a snapshot that are compared.
#[derive(Deserialize)]
struct Snapshot<'a> {
    version: u64,
    #[serde(borrow, default)]
    experiments: Vec<Members<'a>>,
    #[serde(borrow)]
    extended: Option<Extended<'a>>,
}

#[derive(Deserialize)]
struct Extended<'a> {
    #[serde(borrow, default)]
    experiments: Vec<Members<'a>>,
    #[serde(borrow, default)]
    flags: Vec<Members<'a>>,
}

impl<'a> Snapshot<'a> {
    /// Returns the experiments, in the order of decisions, and the flags.
    fn parts(&self) -> (Vec<&Members<'a>>, Vec<&Members<'a>>) {
        let extended = self.extended.iter();
        let experiments = self.experiments.iter().chain(extended.clone().flat_map(|it| &it.experiments));
        (experiments.collect(), extended.flat_map(|it| &it.flags).collect())
    }
}

fn text(members: &Members<'_>, name: &str) -> Option<String> {
    members.get(name).and_then(|value| serde_json::from_str(value.get()).ok())
}

fn named(members: &Members<'_>) -> Named {
    let id = text(members, "id");
    let key = text(members, "key").or_else(|| id.clone()).unwrap_or_default();
    Named { id, key }
}

/// Returns the id, or the key of an item without an id.
fn identity(members: &Members<'_>) -> String {
    let Named { id, key } = named(members);
    id.unwrap_or(key)
}

fn by_identity<'m, 'a>(all: &[&'m Members<'a>]) -> BTreeMap<String, &'m Members<'a>> {
    all.iter().map(|members| (identity(members), *members)).collect()
}

fn changes(before: &[&Members<'_>], after: &[&Members<'_>]) -> Result<Changes, serde_json::Error> {
    let (old, new) = (by_identity(before), by_identity(after));
    let mut changes = Changes::default();
    for now in after {
        match old.get(&identity(now)) {
            None => changes.added.push(named(now)),
            Some(then) => {
                let mut fields = Vec::new();
                compare(then, now, &mut fields)?;
                if !fields.is_empty() {
                    changes.changed.push(Changed { named: named(now), fields });
                }
            }
        }
    }
    let gone = before.iter().filter(|then| !new.contains_key(&identity(then)));
    changes.removed.extend(gone.map(|then| named(then)));
    let in_both = |all: &[&Members<'_>], others: &BTreeMap<String, &Members<'_>>| {
        let kept = all.iter().map(|members| identity(members)).filter(|it| others.contains_key(it));
        kept.collect::<Vec<_>>()
    };
    changes.reordered = in_both(before, &new) != in_both(after, &old);
    Ok(changes)
}

/// Appends the differences between two items with the same identity.
fn compare(
    before: &Members<'_>,
    after: &Members<'_>,
    fields: &mut Vec<FieldChange>,
) -> Result<(), serde_json::Error> {
    for (name, then, now) in both(before, after) {
        match (name, then, now) {
            ("variants", Some(then), Some(now)) => {
                let (then, now): (Vec<Members<'_>>, Vec<Members<'_>>) =
                    (serde_json::from_str(then.get())?, serde_json::from_str(now.get())?);
                let (then, now): (Vec<_>, Vec<_>) = (then.iter().collect(), now.iter().collect());
                compare_variants(&by_identity(&then), &by_identity(&now), fields)?;
            }
            // Payloads are compared as text, exactly as people wrote the payloads.
            ("payload", then, now) => push_changed("payload", then, now, fields),
            (name, Some(then), Some(now)) if then.get() != now.get() => {
                let (then, now): (Value, Value) =
                    (serde_json::from_str(then.get())?, serde_json::from_str(now.get())?);
                compare_values(name.to_owned(), Some(&then), Some(&now), fields)?;
            }
            (name, then, now) => push_changed(name, then, now, fields),
        }
    }
    Ok(())
}

fn compare_variants(
    before: &BTreeMap<String, &Members<'_>>,
    after: &BTreeMap<String, &Members<'_>>,
    fields: &mut Vec<FieldChange>,
) -> Result<(), serde_json::Error> {
    let added = after.keys().filter(|identity| !before.contains_key(*identity));
    for identity in before.keys().chain(added) {
        let (then, now) = (before.get(identity), after.get(identity));
        let key = then.or(now).map(|variant| named(variant).key).unwrap_or_default();
        let whole = |variant: &&Members<'_>| serde_json::value::to_raw_value(*variant);
        match (then, now) {
            (Some(then), Some(now)) => {
                for (name, then, now) in both(then, now) {
                    push_changed(&format!("variants.{key}.{name}"), then, now, fields);
                }
            }
            (then, now) => fields.push(FieldChange {
                field: format!("variants.{key}"),
                before: then.map(whole).transpose()?,
                after: now.map(whole).transpose()?,
            }),
        }
    }
    Ok(())
}

/// Returns the members of both objects, by name.
fn both<'m, 'a>(
    before: &'m Members<'a>,
    after: &'m Members<'a>,
) -> impl Iterator<Item = (&'m str, Option<&'a RawValue>, Option<&'a RawValue>)> {
    let added = after.keys().filter(|name| !before.contains_key(*name));
    before
        .keys()
        .chain(added)
        .map(|name| (name.as_ref(), before.get(name).copied(), after.get(name).copied()))
}

fn push_changed(
    field: &str,
    before: Option<&RawValue>,
    after: Option<&RawValue>,
    fields: &mut Vec<FieldChange>,
) {
    if before.map(RawValue::get) != after.map(RawValue::get) {
        let (before, after) = (before.map(ToOwned::to_owned), after.map(ToOwned::to_owned));
        fields.push(FieldChange { field: field.to_owned(), before, after });
    }
}

/// Appends the differences at `path` and below. Compared values nest only a few levels deep, so recursion is safe.
fn compare_values(
    path: String,
    before: Option<&Value>,
    after: Option<&Value>,
    fields: &mut Vec<FieldChange>,
) -> Result<(), serde_json::Error> {
    match (before, after) {
        (Some(then), Some(now)) if then == now => {}
        (Some(Value::Object(then)), Some(Value::Object(now))) => {
            let added = now.keys().filter(|name| !then.contains_key(*name));
            for name in then.keys().chain(added) {
                compare_values(format!("{path}.{name}"), then.get(name), now.get(name), fields)?;
            }
        }
        (Some(Value::Array(then)), Some(Value::Array(now))) => {
            for place in 0..then.len().max(now.len()) {
                compare_values(format!("{path}.{place}"), then.get(place), now.get(place), fields)?;
            }
        }
        (before, after) => {
            let whole = |value: Option<&Value>| value.map(serde_json::value::to_raw_value).transpose();
            fields.push(FieldChange { field: path, before: whole(before)?, after: whole(after)? });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn experiment(id: &str, plan: &str, variants: &Value) -> Value {
        let rules = json!([{"conditions": [{"attribute": "plan", "operator": "eq", "value": plan}]}]);
        json!({"id": id, "key": format!("key-{id}"), "targetingRules": rules, "variants": variants})
    }

    #[test]
    fn added_removed_and_changed_items_are_identified_by_id() {
        let (green, blue) = (json!({"id": "g", "key": "green"}), json!({"id": "b", "key": "blue"}));
        let renamed = json!({"id": "g", "key": "lime", "payload": {"a": 1}});
        let before = json!({"version": 1, "experiments": [
            experiment("same", "pro", &json!([])), experiment("gone", "pro", &json!([])),
            experiment("other", "pro", &json!([green, blue])),
        ]});
        let after = json!({"version": 5, "experiments": [
            experiment("new", "pro", &json!([])), experiment("other", "free", &json!([blue, renamed])),
            experiment("same", "pro", &json!([])),
        ]});
        let diff = diff(&after.to_string(), Some(&before.to_string())).unwrap();
        assert_eq!((diff.version, diff.against), (5, Some(1)));
        let ids = |named: &[Named]| named.iter().map(|named| named.id.clone().unwrap()).collect::<Vec<_>>();
        assert_eq!(
            (ids(&diff.experiments.added), ids(&diff.experiments.removed)),
            (vec!["new".into()], vec!["gone".into()])
        );
        let [changed] = diff.experiments.changed.as_slice() else { panic!("{diff:?}") };
        assert_eq!(
            json!(changed.fields),
            json!([
                {"field": "targetingRules.0.conditions.0.value", "before": "pro", "after": "free"},
                {"field": "variants.green.key", "before": "green", "after": "lime"},
                {"field": "variants.green.payload", "after": {"a": 1}},
            ])
        );
        assert!(diff.experiments.reordered);
    }

    #[test]
    fn without_another_version_everything_is_added() {
        let snapshot = json!({"version": 1, "experiments": [{"id": "a", "key": "a"}], "extended": {
            "experiments": [{"id": "b", "key": "b"}], "flags": [{"key": "f"}]
        }});
        let diff = diff(&snapshot.to_string(), None).unwrap();
        assert_eq!((diff.against, diff.experiments.added.len(), diff.flags.added.len()), (None, 2, 1));
        assert_eq!(diff.flags.added[0], Named { id: None, key: "f".to_owned() });
    }

    #[test]
    fn payloads_are_compared_as_text_at_any_depth() {
        let with = |payload: &str| {
            format!(
                r#"{{"version": 1, "experiments": [{{"id": "e", "key": "e", "variants": [{{"id": "v", "key": "v", "payload": {payload}}}]}}]}}"#
            )
        };
        let deep = |inner: &str| format!("{{\"a\": {}{inner}{}}}", "[".repeat(300), "]".repeat(300));
        for (before, after) in [
            (
                r#"{"items": [{"key": "a", "v": 1}, {"key": "a", "v": 2}]}"#,
                r#"{"items": [{"key": "a", "v": 9}, {"key": "a", "v": 2}]}"#,
            ),
            (r#"{"items": [{"id": 1}, {"id": 2}]}"#, r#"{"items": [{"id": 2}, {"id": 1}]}"#),
            (r#"{"n": 18446744073709551617}"#, r#"{"n": 18446744073709551618}"#),
            (&deep("1"), &deep("2")),
        ] {
            let diff = diff(&with(after), Some(&with(before))).unwrap();
            let change = &diff.experiments.changed[0].fields[0];
            assert_eq!(change.field, "variants.v.payload");
            assert_eq!(change.before.as_ref().map(|before| before.get()), Some(before));
            assert_eq!(change.after.as_ref().map(|after| after.get()), Some(after));
        }
    }
}
