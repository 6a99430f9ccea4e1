//! What somebody else changed in an experiment, and whether own changes can be saved beside it.

use edgewise_api::resources::{Allocation, ExperimentRow, Status, Variant};

use super::part::ExperimentPart;
use crate::model::{
    Rules, Split, formatted,
    meanwhile::{changed_meanwhile, in_marks, meanwhile},
    percent,
};

/// The maximum number of variants, or of their values, that a change names.
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
    /// What was, what is saved now, and what is entered: `control was 50 %, saved meanwhile as 20 %, yours 30 %`.
    pub(crate) words: String,
}

/// Returns the parts in which two states of an experiment differ, in words that name both, and what is entered where it is
/// something else: `yours`.
pub(crate) fn changes(
    before: ExperimentState<'_>,
    now: ExperimentState<'_>,
    yours: ExperimentState<'_>,
) -> Vec<PartChange> {
    let words = [
        (ExperimentPart::Status, status(before, now)),
        (ExperimentPart::Details, details(before, now, yours)),
        (ExperimentPart::Variants, variants(before.variants, now.variants, yours.variants)),
        (ExperimentPart::Allocations, split(before, now, yours)),
        (ExperimentPart::Targeting, targeting(before, now, yours)),
    ];
    words
        .into_iter()
        .filter(|(_, words)| !words.is_empty())
        .map(|(part, words)| PartChange { part, words: words.join("; ") })
        .collect()
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

fn status(before: ExperimentState<'_>, now: ExperimentState<'_>) -> Vec<String> {
    let name = |state: ExperimentState<'_>| match state.row.status {
        Status::Draft => "a draft",
        Status::Running => "running",
        Status::Paused => "paused",
        Status::Archived => "archived",
    };
    meanwhile("was", name(before), name(now), name(before)).into_iter().collect()
}

fn details(before: ExperimentState<'_>, now: ExperimentState<'_>, yours: ExperimentState<'_>) -> Vec<String> {
    let [name, description]: [fn(ExperimentState<'_>) -> String; 2] = [
        |state| in_marks(&state.row.name),
        |state| in_marks(state.row.description.as_deref().unwrap_or_default()),
    ];
    let change = |subject, text: fn(ExperimentState<'_>) -> String| {
        meanwhile(subject, &text(before), &text(now), &text(yours))
    };
    [change("name was", name), change("description was", description)].into_iter().flatten().collect()
}

fn variants(before: &[Variant], now: &[Variant], yours: &[Variant]) -> Vec<String> {
    let known = |list: &[Variant], id: &str| list.iter().any(|variant| variant.id == id);
    let keys = |what: &str, list: Vec<&Variant>| {
        let named: Vec<_> = list.iter().take(MAX_NAMED).map(|variant| variant.key.as_str()).collect();
        let more = list.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!list.is_empty()).then(|| format!("{}{more} {what} meanwhile", named.join(", ")))
    };
    let changed = now.iter().flat_map(|variant| variant_change(variant, before, yours)).collect();
    let mut words = limited(changed, "changed");
    words.extend(keys("added", now.iter().filter(|variant| !known(before, &variant.id)).collect()));
    words.extend(keys("deleted", before.iter().filter(|variant| !known(now, &variant.id)).collect()));
    words
}

/// Describes how a variant changed that was there before.
fn variant_change(now: &Variant, before: &[Variant], yours: &[Variant]) -> Vec<String> {
    let find = |list: &'_ [Variant]| list.iter().find(|variant| variant.id == now.id).cloned();
    let Some(before) = find(before) else { return Vec::new() };
    // An entry that was removed from the page is no text to quote.
    let yours = find(yours).unwrap_or_else(|| before.clone());
    let payload = |variant: &Variant| variant.payload.as_ref().map(|json| formatted(json.get()));
    let name = meanwhile(
        &format!("name of {} was", now.key),
        &in_marks(&before.name),
        &in_marks(&now.name),
        &in_marks(&yours.name),
    );
    let is_edited = payload(&yours) != payload(&before);
    let payload = (payload(&before) != payload(now))
        .then(|| changed_meanwhile(&format!("payload of {} was", now.key), is_edited));
    [name, payload].into_iter().flatten().collect()
}

fn split(before: ExperimentState<'_>, now: ExperimentState<'_>, yours: ExperimentState<'_>) -> Vec<String> {
    let [was, is, entered] = [before, now, yours].map(|state| Split::of(state.allocations));
    if was == is {
        return Vec::new();
    }
    let change = |variant: &Variant| {
        let share = |split: &Split| format!("{} %", percent(split.share(Some(&variant.id))));
        meanwhile(&format!("{} was", variant.key), &share(&was), &share(&is), &share(&entered))
    };
    let words: Vec<String> = now.variants.iter().filter_map(change).collect();
    if words.is_empty() {
        return vec!["the same shares are now for other users".to_owned()];
    }
    limited(words, "changed")
}

fn targeting(
    before: ExperimentState<'_>,
    now: ExperimentState<'_>,
    yours: ExperimentState<'_>,
) -> Vec<String> {
    let audience = |state: ExperimentState<'_>| state.audience.map_or("everyone".to_owned(), in_marks);
    let audience = (before.row.audience_id != now.row.audience_id)
        .then(|| meanwhile("audience was", &audience(before), &audience(now), &audience(yours)));
    let [was, is, entered] = [before, now, yours]
        .map(|state| state.row.targeting_rules.as_deref().map(Rules::from_json).unwrap_or_default());
    audience.flatten().into_iter().chain(rules_meanwhile(&was, &is, &entered)).collect()
}

/// Says how rules that somebody else has changed differ, like [`meanwhile`].
pub(crate) fn rules_meanwhile(before: &Rules, now: &Rules, yours: &Rules) -> Option<String> {
    let is_edited = !yours.is_same(before);
    (!before.is_same(now)).then(|| {
        meanwhile("rules were", &before.describe(), &now.describe(), &yours.describe())
            // The descriptions of long rules leave out what has changed.
            .unwrap_or_else(|| changed_meanwhile("rules were", is_edited))
    })
}

/// Shortens a list of changes.
fn limited(mut words: Vec<String>, what: &str) -> Vec<String> {
    let more = words.len().saturating_sub(MAX_NAMED);
    words.truncate(MAX_NAMED);
    if more > 0 {
        words.push(format!("and {more} more {what}"));
    }
    words
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
    fn each_changed_part_says_what_it_was_and_is_and_what_is_entered() {
        let (old, mut new) = (row(), row());
        new.name = "M".to_owned();
        new.status = Status::Running;
        new.audience_id = Some("a".to_owned());
        let rules = r#"[{"conditions":[{"attribute":"country","operator":"eq","value":"US"}]}]"#;
        new.targeting_rules = Some(RawValue::from_string(rules.to_owned()).unwrap());
        let old_variants = [variant("a", None), variant("b", Some("{}")), variant("c", None)];
        let theirs = Variant { name: "Theirs".to_owned(), ..variant("a", Some("{}")) };
        let old_allocations = [allocation("a", 0, 1_999)];
        let new_variants = [theirs, variant("b", Some("{}")), variant("d", None)];
        let allocations = [allocation("a", 0, 999), allocation("d", 5_000, 9_999)];
        let before = ExperimentState {
            row: &old,
            variants: &old_variants,
            allocations: &old_allocations,
            audience: None,
        };
        let now = ExperimentState {
            row: &new,
            variants: &new_variants,
            allocations: &allocations,
            audience: Some("Staff"),
        };
        let mut own_variants = old_variants.clone();
        own_variants[0].name = "Mine".to_owned();
        let own_allocations = [allocation("a", 0, 2_999)];
        let yours = ExperimentState { variants: &own_variants, allocations: &own_allocations, ..before };
        let words: Vec<String> = changes(before, now, yours)
            .into_iter()
            .map(|change| format!("{}: {}", change.part.name_and_section().0, change.words))
            .collect();
        assert_eq!(
            words,
            [
                "Status: was a draft, saved meanwhile as running",
                "Name and description: name was “N”, saved meanwhile as “M”",
                "Variants: name of a was “A”, saved meanwhile as “Theirs”, yours “Mine”; \
                 payload of a was changed meanwhile; d added meanwhile; c deleted meanwhile",
                "Split: a was 20 %, saved meanwhile as 10 %, yours 30 %; d was 0 %, saved meanwhile as 50 %",
                "Audience and targeting: audience was everyone, saved meanwhile as “Staff”; \
                 rules were everyone, saved meanwhile as country is US",
            ]
        );
        assert_eq!(changes(now, now, yours), []);
    }

    #[test]
    fn long_changes_are_shortened() {
        let rows = [row(), row()];
        let many = |name: &str| {
            let named = |key: u32| Variant { name: name.to_owned(), ..variant(&key.to_string(), None) };
            (0..9).map(named).collect::<Vec<_>>()
        };
        let (old, new) = (many("Old"), many("New"));
        let allocations = [0, 1].map(|start| [allocation("1", start, 999 + start)]);
        let state =
            |row, variants, allocations| ExperimentState { row, variants, allocations, audience: None };
        let before = state(&rows[0], &old, &allocations[0]);
        let found = changes(before, state(&rows[1], &new, &allocations[1]), before);
        assert!(found[0].words.ends_with("saved meanwhile as “New”; and 3 more changed"), "{found:?}");
        assert_eq!(found[1].words, "the same shares are now for other users");
    }

    #[test]
    fn rules_that_are_described_alike_are_still_changed() {
        let rules = |count: u32| {
            let rule = |number: u32| {
                format!(r#"{{"conditions":[{{"attribute":"a","operator":"eq","value":{number}}}]}}"#)
            };
            Rules::from_text(&format!("[{}]", (0..count).map(rule).collect::<Vec<_>>().join(",")))
        };
        let words = rules_meanwhile(&rules(30), &rules(31), &rules(31));
        assert_eq!(words.as_deref(), Some("rules were changed meanwhile, and by you"));
        assert_eq!(rules_meanwhile(&rules(1), &rules(1), &rules(2)), None);
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
