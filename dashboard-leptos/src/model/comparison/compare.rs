//! Turns a diff and two snapshots into a readable comparison.

use std::collections::HashMap;

use edgewise_api::{
    diff::{Changed, Changes, Diff, FieldChange, Named},
    resources::{Live, Status},
};
use serde_json::value::RawValue;

use super::{
    difference::{Change, Comparison, Field, Item, NotAsSaved},
    lines::side_by_side,
    snapshot::{Experiment, Snapshot},
};
use crate::model::{formatted, live_difference};

/// The maximum number of experiments and flags that are listed.
const MAX_LISTED: usize = 200;

/// Compares the snapshot `after` with `before`.
pub(crate) fn compare(diff: &Diff, after: &str, before: Option<&str>) -> Comparison {
    compare_snapshots(diff, &read(after), &before.map(read).unwrap_or_default())
}

/// Compares the snapshot that a publish would make live with the live snapshot. `stopped` has the status of each experiment
/// that is not running, by id.
pub(crate) fn compare_unpublished(
    diff: &Diff,
    after: &str,
    before: Option<&str>,
    stopped: &HashMap<String, Status>,
) -> Comparison {
    let (after, before) = (read(after), before.map(read).unwrap_or_default());
    let mut comparison = compare_snapshots(diff, &after, &before);
    let version = comparison.against.unwrap_or_default();
    for item in &mut comparison.items {
        let Some(id) = item.experiment.as_deref() else { continue };
        let status = match item.change {
            Change::Removed => stopped.get(id).copied(),
            Change::Added | Change::Changed => Some(Status::Running),
        };
        let live = before.experiment(id).map_or(Live::Absent, |experiment| experiment.live(version));
        let (variants, allocations) = match after.experiment(id).or_else(|| before.experiment(id)) {
            Some(experiment) => (experiment.variant_ids(), experiment.allocations()),
            None => continue,
        };
        // A deleted experiment is live like an archived one.
        let live = live_difference(status.unwrap_or(Status::Archived), &variants, &allocations, &live);
        item.not_as_saved = live.map(|live| NotAsSaved { status, live });
    }
    comparison
}

/// Reads a snapshot. A snapshot that cannot be read is treated as empty, so its fields are listed as they were published.
fn read(snapshot: &str) -> Snapshot<'_> {
    serde_json::from_str(snapshot).unwrap_or_default()
}

fn compare_snapshots(diff: &Diff, after: &Snapshot<'_>, before: &Snapshot<'_>) -> Comparison {
    let Diff { version, against, experiments, flags } = diff;
    let mut comparison = Comparison {
        version: *version,
        against: *against,
        reordered: experiments.reordered || flags.reordered,
        ..Comparison::default()
    };
    for Changes { added, removed, changed, .. } in [experiments, flags] {
        comparison.added += added.len();
        comparison.removed += removed.len();
        comparison.changed += changed.len();
    }
    let changed = experiments.changed.iter().map(|changed| changed_item(changed, after, before));
    let added = experiments.added.iter().map(|named| one_sided_item(Change::Added, named, after));
    let removed = experiments.removed.iter().map(|named| one_sided_item(Change::Removed, named, before));
    let flags = flags
        .changed
        .iter()
        .map(|changed| changed_item(changed, after, before))
        .chain(flags.added.iter().map(|named| one_sided_item(Change::Added, named, after)))
        .chain(flags.removed.iter().map(|named| one_sided_item(Change::Removed, named, before)));
    comparison.items = changed.chain(added).chain(removed).chain(flags).take(MAX_LISTED).collect();
    comparison
}

fn item(change: Change, named: &Named, fields: Vec<Field>) -> Item {
    Item { change, key: named.key.clone(), experiment: named.id.clone(), fields, not_as_saved: None }
}

fn field(name: String, before: Option<&str>, after: Option<&str>) -> Field {
    let (before, after) = side_by_side(before, after);
    Field { name, before, after }
}

/// Describes an experiment or flag that only one of the versions has.
fn one_sided_item(change: Change, named: &Named, snapshot: &Snapshot<'_>) -> Item {
    let experiment = named.id.as_deref().and_then(|id| snapshot.experiment(id));
    let fields = experiment.map_or_else(Vec::new, |experiment| {
        let rules = [("Audience", experiment.audience()), ("Targeting", experiment.targeting())];
        let split = ("Split".to_owned(), experiment.split());
        let variants = experiment.variants().map(|(key, payload)| (format!("Variant {key}"), payload));
        let fields =
            rules.map(|(name, words)| (name.to_owned(), words)).into_iter().chain([split]).chain(variants);
        fields
            .filter(|(name, words)| name != "Audience" || words != "everyone")
            .map(|(name, words)| match change {
                Change::Removed => field(name, Some(&words), None),
                _ => field(name, None, Some(&words)),
            })
            .collect()
    });
    item(change, named, fields)
}

/// Describes a part of an experiment.
type Describe = fn(&Experiment<'_>) -> String;

/// Describes an experiment or flag that both versions have. Rules and splits are compared as a whole, because their
/// parts mean little alone.
fn changed_item(changed: &Changed, after: &Snapshot<'_>, before: &Snapshot<'_>) -> Item {
    let id = changed.named.id.as_deref();
    let find = |snapshot| id.and_then(|id| Snapshot::experiment(snapshot, id));
    let (then, now) = (find(before), find(after));
    let mut fields: Vec<Field> = Vec::new();
    let described: [(&str, &str, Describe); 3] = [
        ("audienceRules", "Audience", |experiment| experiment.audience()),
        ("targetingRules", "Targeting", |experiment| experiment.targeting()),
        ("allocations", "Split", |experiment| experiment.split()),
    ];
    for change in &changed.fields {
        let parts = described.into_iter().find(|(field, ..)| change.field.starts_with(field));
        match (parts, then, now) {
            (Some((_, name, words)), Some(then), Some(now)) => {
                if fields.iter().all(|field| field.name != name) {
                    fields.push(field(name.to_owned(), Some(&words(then)), Some(&words(now))));
                }
            }
            _ => fields.push(as_published(change)),
        }
    }
    item(Change::Changed, &changed.named, fields)
}

fn as_published(change: &FieldChange) -> Field {
    let FieldChange { field: path, before, after } = change;
    let lines = |value: &Option<Box<RawValue>>| value.as_ref().map(|value| formatted(value.get()));
    field(name_of(path), lines(before).as_deref(), lines(after).as_deref())
}

/// Returns the label of a field. `variants.green.payload` is the payload of a variant; other fields are named by their
/// paths.
fn name_of(path: &str) -> String {
    let Some(variant) = path.strip_prefix("variants.") else { return path.to_owned() };
    for field in ["payload", "key", "id"] {
        // Keys may contain dots.
        if let Some(key) = variant.strip_suffix(field).and_then(|key| key.strip_suffix('.')) {
            return format!("Variant {key}: {field}");
        }
    }
    format!("Variant {variant}")
}

#[cfg(test)]
mod tests {
    use edgewise_api::diff::diff;
    use serde_json::{Value, json};

    use super::*;

    fn experiment(id: &str, plan: &str, border: u32, payload: &Value) -> Value {
        json!({
            "id": id, "key": format!("key-{id}"), "audienceRules": [],
            "targetingRules": [{"conditions": [{"attribute": "plan", "operator": "eq", "value": plan}]}],
            "variants": [{"id": "a", "key": "on", "payload": payload}, {"id": "b", "key": "off"}],
            "allocations": [
                {"variantId": "a", "rangeStart": 0, "rangeEnd": border - 1},
                {"variantId": "b", "rangeStart": border, "rangeEnd": 9999},
            ],
        })
    }

    fn text(runs: &[super::super::difference::Run]) -> String {
        runs.iter().map(|run| run.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn changes_are_listed_by_field_with_rules_and_splits_in_words() {
        let before = json!({"version": 3, "experiments": [
            experiment("e", "pro", 5_000, &json!({"a": 1})), experiment("gone", "pro", 1, &Value::Null),
        ]})
        .to_string();
        let after = json!({"version": 4, "experiments": [
            experiment("e", "free", 9_000, &json!({"a": 2})), experiment("new", "pro", 1, &Value::Null),
        ]})
        .to_string();
        let comparison = compare(&diff(&after, Some(&before)).unwrap(), &after, Some(&before));
        assert_eq!((comparison.added, comparison.removed, comparison.changed), (1, 1, 1));
        assert_eq!((comparison.against, comparison.unlisted()), (Some(3), 0));
        let [changed, added, removed] = comparison.items.as_slice() else { panic!("{comparison:?}") };
        assert_eq!((changed.change, changed.key.as_str()), (Change::Changed, "key-e"));
        let fields: Vec<_> = changed
            .fields
            .iter()
            .map(|field| (field.name.as_str(), text(&field.before), text(&field.after)))
            .collect();
        let expected = |name, before: &str, after: &str| (name, before.to_owned(), after.to_owned());
        assert_eq!(
            fields,
            [
                expected("Split", "0 – 50 %: on\n50 – 100 %: off", "0 – 90 %: on\n90 – 100 %: off"),
                expected("Targeting", "plan is \"pro\"", "plan is \"free\""),
                expected("Variant on: payload", "{\n  \"a\": 1\n}", "{\n  \"a\": 2\n}"),
            ]
        );
        assert_eq!((added.change, removed.change), (Change::Added, Change::Removed));
        let names: Vec<_> = added.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["Targeting", "Split", "Variant on", "Variant off"]);
        assert!(added.fields.iter().all(|field| field.before.is_empty()));
        assert!(removed.fields.iter().all(|field| field.after.is_empty()));
    }

    #[test]
    fn unpublished_differences_say_what_is_saved_and_what_is_live() {
        let before = json!({"version": 18, "experiments": [
            experiment("ramped", "pro", 1_000, &Value::Null), experiment("paused", "pro", 2_000, &Value::Null),
            experiment("deleted", "pro", 5_000, &Value::Null), experiment("targeted", "pro", 5_000, &Value::Null),
        ]})
        .to_string();
        let after = json!({"version": 19, "experiments": [
            experiment("ramped", "pro", 9_000, &Value::Null), experiment("new", "pro", 5_000, &Value::Null),
            experiment("targeted", "free", 5_000, &Value::Null),
        ]})
        .to_string();
        let stopped = HashMap::from([("paused".to_owned(), Status::Paused)]);
        let diff = diff(&after, Some(&before)).unwrap();
        let comparison = compare_unpublished(&diff, &after, Some(&before), &stopped);
        let described = |id: &str| {
            let item = comparison.items.iter().find(|item| item.experiment.as_deref() == Some(id)).unwrap();
            item.not_as_saved.clone().map(|saved| (saved.status, saved.live))
        };
        let expected = |status, live: &str| Some((status, live.to_owned()));
        assert_eq!(described("ramped"), expected(Some(Status::Running), "still at 10/90 in version 18"));
        assert_eq!(described("paused"), expected(Some(Status::Paused), "still live in version 18 at 20/80"));
        assert_eq!(described("deleted"), expected(None, "still live in version 18 at 50/50"));
        assert_eq!(described("new"), expected(Some(Status::Running), "not live yet"));
        assert_eq!(described("targeted"), None, "the split is live");
        let other = compare(&diff, &after, Some(&before));
        assert!(
            other.items.iter().all(|item| item.not_as_saved.is_none()),
            "versions say nothing of what is saved"
        );
    }

    #[test]
    fn many_differences_are_all_counted_but_not_all_listed() {
        let many: Vec<_> = (0..500).map(|n| json!({"id": format!("e{n}"), "key": format!("k{n}")})).collect();
        let after = json!({"version": 1, "experiments": many}).to_string();
        let comparison = compare(&diff(&after, None).unwrap(), &after, None);
        assert_eq!((comparison.items.len(), comparison.unlisted()), (MAX_LISTED, 500 - MAX_LISTED));
        assert!(!comparison.is_empty() && Comparison::default().is_empty());
    }

    #[test]
    fn variant_fields_are_labelled_by_key() {
        assert_eq!(name_of("variants.v1.2.payload"), "Variant v1.2: payload");
        assert_eq!(name_of("variants.green"), "Variant green");
        assert_eq!(name_of("key"), "key");
    }
}
