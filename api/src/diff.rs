//! How two snapshots differ.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How a version differs from another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diff {
    /// The version that is looked at.
    pub version: u64,
    /// The version that it is compared with; `null` if there is none, and all is added.
    pub against: Option<u64>,
    /// Experiments, told apart by their ids.
    pub experiments: Changes,
    /// Flags, told apart by their keys.
    pub flags: Changes,
}

/// What came, went and changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changes {
    /// What is in this version only.
    pub added: Vec<Named>,
    /// What is in the other version only.
    pub removed: Vec<Named>,
    /// What is in both, and not the same.
    pub changed: Vec<Changed>,
}

/// What is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// Its id, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What code calls it by.
    pub key: String,
}

/// How one thing changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// What changed.
    #[serde(flatten)]
    pub named: Named,
    /// In what.
    pub fields: Vec<FieldChange>,
}

/// How one field changed. What is absent was or is not there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldChange {
    /// Its path, such as `targetingRules.0.conditions.1.value`. What has a key stands in it by that.
    pub field: String,
    /// What it was in the other version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub before: Option<Value>,
    /// What it is in this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub after: Option<Value>,
}

/// How the snapshot `after` differs from `before`, both as published.
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
/// If one of them is no JSON object.
pub fn diff(after: &str, before: Option<&str>) -> Result<Diff, serde_json::Error> {
    let after = Parts::of(after)?;
    let before = before.map(Parts::of).transpose()?;
    let against = before.as_ref().map(|parts| parts.version);
    let before = before.unwrap_or_default();
    Ok(Diff {
        version: after.version,
        against,
        experiments: changes(&before.experiments, &after.experiments),
        flags: changes(&before.flags, &after.flags),
    })
}

/// What of a snapshot can differ.
#[derive(Default)]
struct Parts {
    version: u64,
    experiments: Vec<Value>,
    flags: Vec<Value>,
}

impl Parts {
    fn of(snapshot: &str) -> Result<Self, serde_json::Error> {
        let mut members: Map<String, Value> = serde_json::from_str(snapshot)?;
        let mut extended = match members.remove("extended") {
            Some(Value::Object(extended)) => extended,
            _ => Map::new(),
        };
        let list = |members: &mut Map<String, Value>, name: &str| match members.remove(name) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        let mut experiments = list(&mut members, "experiments");
        experiments.extend(list(&mut extended, "experiments"));
        Ok(Self {
            version: members.get("version").and_then(Value::as_u64).unwrap_or_default(),
            experiments,
            flags: list(&mut extended, "flags"),
        })
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// What tells one thing from another of its kind.
fn identity(value: &Value) -> Option<&str> {
    text(value, "id").or_else(|| text(value, "key"))
}

fn named(value: &Value) -> Named {
    let key = text(value, "key").or_else(|| text(value, "id")).unwrap_or_default();
    Named { id: text(value, "id").map(Into::into), key: key.into() }
}

fn changes(before: &[Value], after: &[Value]) -> Changes {
    let mut changes = Changes::default();
    let known = by_identity(before);
    for now in after {
        match identity(now).and_then(|identity| known.get(identity)) {
            None => changes.added.push(named(now)),
            Some(then) => {
                let mut fields = Vec::new();
                compare(String::new(), Some(then), Some(now), &mut fields);
                if !fields.is_empty() {
                    changes.changed.push(Changed { named: named(now), fields });
                }
            }
        }
    }
    let kept = by_identity(after);
    let gone =
        before.iter().filter(|then| identity(then).is_none_or(|identity| !kept.contains_key(identity)));
    changes.removed.extend(gone.map(named));
    changes
}

fn by_identity(values: &[Value]) -> std::collections::HashMap<&str, &Value> {
    values.iter().filter_map(|value| Some((identity(value)?, value))).collect()
}

/// Adds what differs at `path` or below.
fn compare(path: String, before: Option<&Value>, after: Option<&Value>, fields: &mut Vec<FieldChange>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (before, after) {
        (Some(then), Some(now)) if then == now => {}
        (Some(Value::Object(then)), Some(Value::Object(now))) => {
            let added = now.keys().filter(|name| !then.contains_key(*name));
            for name in then.keys().chain(added) {
                compare(below(name), then.get(name), now.get(name), fields);
            }
        }
        (Some(Value::Array(then)), Some(Value::Array(now)))
            if have_identities(then) && have_identities(now) =>
        {
            let (old, new) = (by_identity(then), by_identity(now));
            let added = now.iter().filter(|value| identity(value).is_some_and(|it| !old.contains_key(it)));
            for value in then.iter().chain(added) {
                let it = identity(value).unwrap_or_default();
                compare(below(&named(value).key), old.get(it).copied(), new.get(it).copied(), fields);
            }
        }
        (Some(Value::Array(then)), Some(Value::Array(now))) => {
            for place in 0..then.len().max(now.len()) {
                compare(below(&place.to_string()), then.get(place), now.get(place), fields);
            }
        }
        (before, after) => {
            fields.push(FieldChange { field: path, before: before.cloned(), after: after.cloned() });
        }
    }
}

fn have_identities(values: &[Value]) -> bool {
    !values.is_empty() && values.iter().all(|value| identity(value).is_some())
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
    fn what_came_went_and_changed_is_told_apart_by_id() {
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
        let fields =
            changed.fields.iter().map(|change| (change.field.as_str(), &change.before, &change.after));
        assert_eq!(
            fields.collect::<Vec<_>>(),
            [
                ("targetingRules.0.conditions.0.value", &Some(json!("pro")), &Some(json!("free"))),
                ("variants.green.key", &Some(json!("green")), &Some(json!("lime"))),
                ("variants.green.payload", &None, &Some(json!({"a": 1}))),
            ]
        );
    }

    #[test]
    fn without_another_version_all_is_added() {
        let snapshot = json!({"version": 1, "experiments": [{"id": "a", "key": "a"}], "extended": {
            "experiments": [{"id": "b", "key": "b"}], "flags": [{"key": "f"}]
        }});
        let diff = diff(&snapshot.to_string(), None).unwrap();
        assert_eq!((diff.against, diff.experiments.added.len(), diff.flags.added.len()), (None, 2, 1));
        assert_eq!(diff.flags.added[0], Named { id: None, key: "f".to_owned() });
    }
}
