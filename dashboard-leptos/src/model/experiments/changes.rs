//! What somebody else changed in an experiment, and whether own changes can be saved beside it.

use edgewise_api::resources::{Allocation, ExperimentRow, Status, Variant};

use super::part::ExperimentPart;
use crate::model::{Rules, Split, percent};

/// The maximum number of variants that a change names.
const MAX_NAMED: usize = 6;

/// A state of an experiment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExperimentState<'a> {
    pub(crate) row: &'a ExperimentRow,
    pub(crate) variants: &'a [Variant],
    pub(crate) allocations: &'a [Allocation],
    /// The name of the experiment's audience, if there is one.
    pub(crate) audience: Option<&'a str>,
}

/// A change of a part of an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartChange {
    pub(crate) part: ExperimentPart,
    /// What is different now: `now Control 50 %, Treatment 50 %`.
    pub(crate) words: String,
}

/// Returns the parts in which two states of an experiment differ, with what they are in the later state.
pub(crate) fn changes(before: ExperimentState<'_>, now: ExperimentState<'_>) -> Vec<PartChange> {
    let words = [
        (ExperimentPart::Status, status(before, now)),
        (ExperimentPart::Details, details(before, now)),
        (ExperimentPart::Variants, variants(before.variants, now.variants)),
        (ExperimentPart::Allocations, split(before, now)),
        (ExperimentPart::Targeting, targeting(before, now)),
    ];
    words.into_iter().filter_map(|(part, words)| Some(PartChange { part, words: words? })).collect()
}

/// Returns whether a save of `part` can be applied on top of changes that somebody else made. `status` is the status after
/// these changes, and `launches` tells whether the save lets the experiment run.
pub(crate) fn may_merge(
    part: ExperimentPart,
    launches: bool,
    changes: &[PartChange],
    status: Status,
) -> bool {
    changes.iter().all(|change| match change.part {
        same if same == part => false,
        // A launch was confirmed for the split and the users that the page showed.
        ExperimentPart::Details => true,
        _ if launches => false,
        // Changes of an experiment that runs now reach users, and those of an archived one have no purpose.
        ExperimentPart::Status => !matches!(status, Status::Running | Status::Archived),
        _ => true,
    })
}

fn status(before: ExperimentState<'_>, now: ExperimentState<'_>) -> Option<String> {
    let name = match now.row.status {
        Status::Draft => "a draft",
        Status::Running => "running",
        Status::Paused => "paused",
        Status::Archived => "archived",
    };
    (before.row.status != now.row.status).then(|| format!("now {name}"))
}

fn details(before: ExperimentState<'_>, now: ExperimentState<'_>) -> Option<String> {
    if before.row.name != now.row.name {
        return Some(format!("now “{}”", now.row.name));
    }
    let changed = before.row.description != now.row.description;
    changed.then(|| "another description".to_owned())
}

fn variants(before: &[Variant], now: &[Variant]) -> Option<String> {
    let known = |list: &[Variant], id: &str| list.iter().any(|variant| variant.id == id);
    let is_changed = |variant: &&Variant| {
        let payload = |variant: &Variant| variant.payload.as_ref().map(|json| json.get().to_owned());
        let same = |other: &Variant| other.name == variant.name && payload(other) == payload(variant);
        before.iter().find(|other| other.id == variant.id).is_some_and(|other| !same(other))
    };
    let keys = |what: &str, list: Vec<&Variant>| {
        let named: Vec<_> = list.iter().take(MAX_NAMED).map(|variant| variant.key.as_str()).collect();
        let more = list.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!list.is_empty()).then(|| format!("{}{more} {what}", named.join(", ")))
    };
    let words: Vec<String> = [
        keys("added", now.iter().filter(|variant| !known(before, &variant.id)).collect()),
        keys("changed", now.iter().filter(is_changed).collect()),
        keys("deleted", before.iter().filter(|variant| !known(now, &variant.id)).collect()),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!words.is_empty()).then(|| words.join("; "))
}

fn split(before: ExperimentState<'_>, now: ExperimentState<'_>) -> Option<String> {
    let split = Split::of(now.allocations);
    if Split::of(before.allocations) == split {
        return None;
    }
    let share = |variant: &Variant| format!("{} {} %", variant.key, percent(split.share(Some(&variant.id))));
    let mut shares: Vec<String> = now.variants.iter().take(MAX_NAMED).map(share).collect();
    if now.variants.len() > MAX_NAMED {
        shares.push(format!("and {} more", now.variants.len() - MAX_NAMED));
    }
    Some(format!("now {}", shares.join(", ")))
}

fn targeting(before: ExperimentState<'_>, now: ExperimentState<'_>) -> Option<String> {
    let rules = |state: ExperimentState<'_>| state.row.targeting_rules.as_deref().map(Rules::from_json);
    let json = |state| rules(state).unwrap_or_default().to_json();
    let audience = (before.row.audience_id != now.row.audience_id).then(|| {
        now.audience.map_or("now without an audience".to_owned(), |name| format!("now the audience “{name}”"))
    });
    let rules = (json(before) != json(now))
        .then(|| format!("now the rules match {}", rules(now).unwrap_or_default().describe()));
    match (audience, rules) {
        (Some(audience), Some(rules)) => Some(format!("{audience}; {rules}")),
        (audience, rules) => audience.or(rules),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    fn row() -> ExperimentRow {
        let text = str::to_owned;
        ExperimentRow {
            id: text("e"),
            key: text("k"),
            name: text("N"),
            description: None,
            salt: text("s"),
            status: Status::Draft,
            environment_id: text("env"),
            audience_id: None,
            targeting_rules: None,
            created_at: text(""),
            updated_at: text(""),
        }
    }

    fn variant(key: &str, payload: Option<&str>) -> Variant {
        Variant {
            id: key.to_owned(),
            key: key.to_owned(),
            name: key.to_uppercase(),
            payload: payload.map(|json| RawValue::from_string(json.to_owned()).unwrap()),
            experiment_id: "e".to_owned(),
        }
    }

    fn allocation(variant: &str, range_start: i64, range_end: i64) -> Allocation {
        let [id, variant_id, experiment_id] = ["", variant, "e"].map(str::to_owned);
        Allocation { id, variant_id, range_start, range_end, experiment_id }
    }

    #[test]
    fn each_changed_part_says_what_it_is_now() {
        let (old, mut new) = (row(), row());
        new.name = "M".to_owned();
        new.status = Status::Running;
        new.audience_id = Some("a".to_owned());
        let rules = r#"[{"conditions":[{"attribute":"country","operator":"eq","value":"US"}]}]"#;
        new.targeting_rules = Some(RawValue::from_string(rules.to_owned()).unwrap());
        let old_variants = [variant("a", None), variant("b", Some("{}")), variant("c", None)];
        let new_variants = [variant("a", Some("{}")), variant("b", Some("{}")), variant("d", None)];
        let allocations = [allocation("a", 0, 999), allocation("d", 5_000, 9_999)];
        let before = ExperimentState { row: &old, variants: &old_variants, allocations: &[], audience: None };
        let now = ExperimentState {
            row: &new,
            variants: &new_variants,
            allocations: &allocations,
            audience: Some("Staff"),
        };
        let words: Vec<String> = changes(before, now)
            .into_iter()
            .map(|change| format!("{}: {}", change.part.name_and_section().0, change.words))
            .collect();
        assert_eq!(
            words,
            [
                "Status: now running",
                "Name and description: now “M”",
                "Variants: d added; a changed; c deleted",
                "Split: now a 10 %, b 0 %, d 50 %",
                "Audience and targeting: now the audience “Staff”; now the rules match country is US",
            ]
        );
        assert_eq!(changes(now, now), []);
    }

    #[test]
    fn disjoint_changes_merge_unless_the_save_would_mean_something_else() {
        use ExperimentPart::{Allocations, Details, Status as StatusPart, Targeting, Variants};

        let changed = |part| vec![PartChange { part, words: String::new() }];
        let merges = |part, launches, other, status| may_merge(part, launches, &changed(other), status);
        assert!(merges(Variants, false, Allocations, Status::Running));
        assert!(merges(Targeting, false, Details, Status::Running));
        assert!(!merges(Targeting, false, Targeting, Status::Draft), "the same part");
        assert!(merges(StatusPart, false, Allocations, Status::Running), "pausing");
        assert!(!merges(StatusPart, true, Allocations, Status::Draft), "launching another split");
        assert!(merges(StatusPart, true, Details, Status::Draft), "launching with another name");
        assert!(!merges(Allocations, false, StatusPart, Status::Running), "somebody launched it");
        assert!(merges(Allocations, false, StatusPart, Status::Paused));
        assert!(!merges(Details, false, StatusPart, Status::Archived));
    }
}
