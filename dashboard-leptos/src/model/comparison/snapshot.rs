//! The parts of a snapshot that are described in words: variants, splits and rules.

use edgewise_api::resources::{self, Live, LiveExperiment, LiveRange, Rule};
use edgewise_engine::operators::Operator;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{formatted, percent};

/// A published snapshot.
#[derive(Default, Deserialize)]
pub(super) struct Snapshot<'a> {
    #[serde(borrow, default)]
    experiments: Vec<Experiment<'a>>,
    #[serde(borrow, default)]
    extended: Extended<'a>,
}

#[derive(Default, Deserialize)]
struct Extended<'a> {
    #[serde(borrow, default)]
    experiments: Vec<Experiment<'a>>,
}

impl<'a> Snapshot<'a> {
    /// Returns the experiment with this id.
    pub(super) fn experiment(&self, id: &str) -> Option<&Experiment<'a>> {
        self.experiments.iter().chain(&self.extended.experiments).find(|experiment| experiment.id == id)
    }
}

/// An experiment. Unknown fields are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Experiment<'a> {
    id: String,
    #[serde(default)]
    audience_rules: Vec<Rule>,
    #[serde(default)]
    targeting_rules: Vec<Rule>,
    #[serde(borrow, default)]
    variants: Vec<Variant<'a>>,
    #[serde(default)]
    allocations: Vec<Allocation>,
}

#[derive(Deserialize)]
struct Variant<'a> {
    id: String,
    key: String,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Allocation {
    variant_id: String,
    range_start: u32,
    range_end: u32,
}

impl Experiment<'_> {
    /// Describes the rules of the audience.
    pub(super) fn audience(&self) -> String {
        describe(&self.audience_rules)
    }

    /// Describes the experiment's own rules.
    pub(super) fn targeting(&self) -> String {
        describe(&self.targeting_rules)
    }

    /// Describes the split, one line per range.
    pub(super) fn split(&self) -> String {
        if self.allocations.is_empty() {
            return "no split".to_owned();
        }
        let line = |allocation: &Allocation| {
            let Allocation { variant_id, range_start, range_end } = allocation;
            let variant = self.variants.iter().find(|variant| variant.id == *variant_id);
            let (from, to) = (percent(*range_start), percent(range_end.saturating_add(1)));
            format!("{from} – {to} %: {}", variant.map_or(variant_id, |variant| &variant.key))
        };
        self.allocations.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Returns the ids of the variants.
    pub(super) fn variant_ids(&self) -> Vec<&str> {
        self.variants.iter().map(|variant| variant.id.as_str()).collect()
    }

    /// Returns the split as it is saved.
    pub(super) fn allocations(&self) -> Vec<resources::Allocation> {
        let allocation = |allocation: &Allocation| resources::Allocation {
            id: String::new(),
            experiment_id: self.id.clone(),
            variant_id: allocation.variant_id.clone(),
            range_start: allocation.range_start.into(),
            range_end: allocation.range_end.into(),
        };
        self.allocations.iter().map(allocation).collect()
    }

    /// Returns what is live of the experiment while the snapshot is live. `version` is the version of the snapshot.
    pub(super) fn live(&self, version: u64) -> Live {
        let range = |allocation: &Allocation| LiveRange {
            variant_id: allocation.variant_id.clone(),
            range_start: allocation.range_start.into(),
            range_end: allocation.range_end.into(),
        };
        let split = self.allocations.iter().map(range).collect();
        Live::Present(LiveExperiment { version, since: version, split, content_differs: false })
    }

    /// Returns the keys and the formatted payloads of the variants.
    pub(super) fn variants(&self) -> impl Iterator<Item = (&str, String)> {
        self.variants.iter().map(|variant| {
            let payload = variant.payload.map(|payload| formatted(payload.get()));
            (variant.key.as_str(), payload.unwrap_or_else(|| "no payload".to_owned()))
        })
    }
}

/// Describes rules, one line per rule.
fn describe(rules: &[Rule]) -> String {
    if rules.is_empty() {
        return "everyone".to_owned();
    }
    let condition = |condition: &edgewise_api::resources::Condition| {
        let (attribute, operator) = (&condition.attribute, Operator::from_name(&condition.operator));
        let without_value = operator.and_then(Operator::label_without_value);
        let label = operator.map_or(condition.operator.as_str(), |known| known.label());
        match (&condition.value, without_value) {
            (Some(value), _) => format!("{attribute} {label} {}", on_one_line(value)),
            (None, Some(label)) => format!("{attribute} {label}"),
            (None, None) => format!("{attribute} {label} (no value)"),
        }
    };
    let rule = |(place, rule): (usize, &Rule)| {
        let conditions: Vec<_> = rule.conditions.iter().map(condition).collect();
        let words = if conditions.is_empty() { "everyone".to_owned() } else { conditions.join(" and ") };
        if place == 0 { words } else { format!("or {words}") }
    };
    rules.iter().enumerate().map(rule).collect::<Vec<_>>().join("\n")
}

/// Formats JSON on one line, with a space after each comma.
fn on_one_line(json: &RawValue) -> String {
    let lines = formatted(json.get());
    let mut line = String::with_capacity(lines.len());
    for part in lines.lines().map(str::trim_start) {
        let closes = part.starts_with([']', '}']);
        if !line.is_empty() && !line.ends_with(['[', '{']) && !closes {
            line.push(' ');
        }
        line.push_str(part);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_experiment_is_described_in_words() {
        let snapshot: Snapshot<'_> = serde_json::from_str(
            r#"{"version": 3, "experiments": [{"id": "e", "key": "button", "salt": "s", "audienceRules": [],
                "targetingRules": [{"conditions": [{"attribute": "plan", "operator": "in", "value": ["pro","team","[ ]"]},
                {"attribute": "age", "operator": "gt", "value": 17.0}]}, {"conditions": []}],
                "variants": [{"id": "v", "key": "green", "payload": {"a": 1e2}}, {"id": "w", "key": "blue"}],
                "allocations": [{"variantId": "v", "rangeStart": 0, "rangeEnd": 1249},
                {"variantId": "?", "rangeStart": 1250, "rangeEnd": 9999}]}]}"#,
        )
        .unwrap();
        let experiment = snapshot.experiment("e").unwrap();
        assert_eq!(experiment.audience(), "everyone");
        assert_eq!(
            experiment.targeting(),
            "plan is one of [\"pro\", \"team\", \"[ ]\"] and age is greater than 17.0\nor everyone"
        );
        assert_eq!(experiment.split(), "0 – 12.5 %: green\n12.5 – 100 %: ?");
        let variants: Vec<_> = experiment.variants().collect();
        assert_eq!(variants, [("green", "{\n  \"a\": 1e2\n}".to_owned()), ("blue", "no payload".to_owned())]);
    }

    #[test]
    fn conditions_without_a_value_or_a_known_operator_are_described() {
        let conditions = |json: &str| describe(&serde_json::from_str::<Vec<Rule>>(json).unwrap());
        assert_eq!(
            conditions(
                r#"[{"conditions": [{"attribute": "a", "operator": "eq"}, {"attribute": "b", "operator": "neq"},
                    {"attribute": "c", "operator": "gt"}, {"attribute": "d", "operator": "soon", "value": 1}]}]"#
            ),
            "a is not set and b is set and c is greater than (no value) and d soon 1"
        );
    }
}
