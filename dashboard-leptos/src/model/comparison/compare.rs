//! From a diff and the two snapshots to what people read.

use edgewise_api::diff::{Changed, Changes, Diff, FieldChange, Named};
use serde_json::value::RawValue;

use super::{
    difference::{Change, Comparison, Field, Thing},
    lines::side_by_side,
    snapshot::{Experiment, Snapshot},
};
use crate::model::formatted;

/// The most experiments and flags that are listed: nobody reads more.
const MOST_LISTED: usize = 200;

/// How the snapshot `after` differs from `before`.
pub(crate) fn compare(diff: &Diff, after: &str, before: Option<&str>) -> Comparison {
    // What cannot be read in words is shown as it was published.
    let after: Snapshot<'_> = serde_json::from_str(after).unwrap_or_default();
    let before: Snapshot<'_> =
        before.and_then(|before| serde_json::from_str(before).ok()).unwrap_or_default();
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
    let changed = experiments.changed.iter().map(|it| changed_thing(it, &after, &before));
    let added = experiments.added.iter().map(|it| whole(Change::Added, it, &after));
    let removed = experiments.removed.iter().map(|it| whole(Change::Removed, it, &before));
    let flags = flags
        .changed
        .iter()
        .map(|it| changed_thing(it, &after, &before))
        .chain(flags.added.iter().map(|it| whole(Change::Added, it, &after)))
        .chain(flags.removed.iter().map(|it| whole(Change::Removed, it, &before)));
    comparison.things = changed.chain(added).chain(removed).chain(flags).take(MOST_LISTED).collect();
    comparison
}

fn thing(change: Change, named: &Named, fields: Vec<Field>) -> Thing {
    Thing { change, key: named.key.clone(), experiment: named.id.clone(), fields }
}

fn field(name: String, before: Option<&str>, after: Option<&str>) -> Field {
    let (before, after) = side_by_side(before, after);
    Field { name, before, after }
}

/// What is in one version only, as it is there.
fn whole(change: Change, named: &Named, snapshot: &Snapshot<'_>) -> Thing {
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
    thing(change, named, fields)
}

/// Says a part of an experiment in words.
type InWords = fn(&Experiment<'_>) -> String;

/// What is in both: rules and splits as a whole, in words, since their parts tell little alone.
fn changed_thing(changed: &Changed, after: &Snapshot<'_>, before: &Snapshot<'_>) -> Thing {
    let id = changed.named.id.as_deref();
    let find = |snapshot| id.and_then(|id| Snapshot::experiment(snapshot, id));
    let (then, now) = (find(before), find(after));
    let mut fields: Vec<Field> = Vec::new();
    let in_words: [(&str, &str, InWords); 3] = [
        ("audienceRules", "Audience", |it| it.audience()),
        ("targetingRules", "Targeting", |it| it.targeting()),
        ("allocations", "Split", |it| it.split()),
    ];
    for change in &changed.fields {
        let parts = in_words.into_iter().find(|(field, ..)| change.field.starts_with(field));
        match (parts, then, now) {
            (Some((_, name, words)), Some(then), Some(now)) => {
                if fields.iter().all(|field| field.name != name) {
                    fields.push(field(name.to_owned(), Some(&words(then)), Some(&words(now))));
                }
            }
            _ => fields.push(as_published(change)),
        }
    }
    thing(Change::Changed, &changed.named, fields)
}

fn as_published(change: &FieldChange) -> Field {
    let FieldChange { field: path, before, after } = change;
    let lines = |value: &Option<Box<RawValue>>| value.as_ref().map(|value| formatted(value.get()));
    field(name_of(path), lines(before).as_deref(), lines(after).as_deref())
}

/// `variants.green.payload` is the payload of a variant; other fields are called by their paths.
fn name_of(path: &str) -> String {
    let Some(variant) = path.strip_prefix("variants.") else { return path.to_owned() };
    for field in ["payload", "key", "id"] {
        // Keys may have dots in them.
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
    fn changes_are_told_by_field_with_rules_and_splits_in_words() {
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
        let [changed, added, removed] = comparison.things.as_slice() else { panic!("{comparison:?}") };
        assert_eq!((changed.change, changed.key.as_str()), (Change::Changed, "key-e"));
        let fields: Vec<_> = changed
            .fields
            .iter()
            .map(|field| (field.name.as_str(), text(&field.before), text(&field.after)))
            .collect();
        let told = |name, before: &str, after: &str| (name, before.to_owned(), after.to_owned());
        assert_eq!(
            fields,
            [
                told("Split", "0 – 50 %: on\n50 – 100 %: off", "0 – 90 %: on\n90 – 100 %: off"),
                told("Targeting", "plan is \"pro\"", "plan is \"free\""),
                told("Variant on: payload", "{\n  \"a\": 1\n}", "{\n  \"a\": 2\n}"),
            ]
        );
        assert_eq!((added.change, removed.change), (Change::Added, Change::Removed));
        let names: Vec<_> = added.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["Targeting", "Split", "Variant on", "Variant off"]);
        assert!(added.fields.iter().all(|field| field.before.is_empty()));
        assert!(removed.fields.iter().all(|field| field.after.is_empty()));
    }

    #[test]
    fn of_very_many_differences_some_are_listed_and_all_counted() {
        let many: Vec<_> = (0..500).map(|n| json!({"id": format!("e{n}"), "key": format!("k{n}")})).collect();
        let after = json!({"version": 1, "experiments": many}).to_string();
        let comparison = compare(&diff(&after, None).unwrap(), &after, None);
        assert_eq!((comparison.things.len(), comparison.unlisted()), (MOST_LISTED, 500 - MOST_LISTED));
        assert!(!comparison.is_empty() && Comparison::default().is_empty());
    }

    #[test]
    fn variants_are_called_by_their_keys() {
        assert_eq!(name_of("variants.v1.2.payload"), "Variant v1.2: payload");
        assert_eq!(name_of("variants.green"), "Variant green");
        assert_eq!(name_of("key"), "key");
    }
}
