//! The plan of an import: a pure function of the imported data and the existing data. Formatting the plan gives the report.

use std::collections::{HashMap, HashSet};

use edgewise_api::{limits, resources};
use serde_json::value::RawValue;

use edgewise_control::services::imports::{
    Additions, Audience, Environment, Existing, Experiment, ImportPlan, Target,
};

/// The comparison of an imported resource with the existing resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The resource does not exist yet, and is to be created.
    New,
    /// The resource exists, and is identical.
    Same,
    /// The resource exists with differences, which the texts describe. The existing resource is not changed.
    Different(Vec<String>),
    /// The resource does not exist and cannot be created, for the reason in the text.
    Skipped(String),
}

/// An imported resource with its comparison.
#[derive(Clone, Debug)]
pub struct PlannedItem<T> {
    /// The imported resource.
    pub item: T,
    /// The comparison with the existing resources.
    pub comparison: Comparison,
}

/// The plan of an environment with its audiences and experiments.
#[derive(Clone, Debug)]
pub struct EnvironmentPlan {
    /// The imported environment, without its audiences and experiments.
    pub environment: Environment,
    /// The comparison of the environment itself. The audiences and experiments of a different or skipped environment are
    /// not planned.
    pub comparison: Comparison,
    /// The id of the existing environment.
    pub id: Option<String>,
    /// The highest version number of the source, if it is higher than all version numbers in Edgewise.
    pub number: Option<u64>,
    /// The imported audiences, by creation.
    pub audiences: Vec<PlannedItem<Audience>>,
    /// The ids of existing audiences, by name.
    pub audience_ids: HashMap<String, String>,
    /// The imported experiments, by creation.
    pub experiments: Vec<PlannedItem<Experiment>>,
}

impl EnvironmentPlan {
    /// Returns whether the plan changes anything.
    #[must_use]
    pub fn changes(&self) -> bool {
        !self.additions().is_empty()
    }

    /// Returns whether the plan changes the live snapshot.
    #[must_use]
    pub fn publishes(&self) -> bool {
        self.additions().publishes()
    }
}

impl ImportPlan for EnvironmentPlan {
    fn additions(&self) -> Additions<'_> {
        if !matches!(self.comparison, Comparison::New | Comparison::Same) {
            return Additions::default();
        }
        Additions {
            environment_id: self.id.as_deref(),
            environment: (self.comparison == Comparison::New).then_some(&self.environment),
            number: self.number,
            audiences: new(&self.audiences).collect(),
            audience_ids: self.audience_ids.clone(),
            experiments: new(&self.experiments).collect(),
        }
    }
}

fn new<T>(planned: &[PlannedItem<T>]) -> impl Iterator<Item = &T> {
    planned.iter().filter(|planned| planned.comparison == Comparison::New).map(|planned| &planned.item)
}

/// Returns the target of an imported environment.
#[must_use]
pub fn target(environment: &Environment) -> Target {
    let audiences = environment.audiences.iter().filter_map(|audience| audience.id.as_deref());
    let experiments = environment.experiments.iter().flat_map(ids_of);
    let resources = environment.id.as_deref().into_iter().chain(audiences).chain(experiments);
    Target {
        id: environment.id.clone(),
        name: environment.name.clone(),
        resources: resources.map(str::to_owned).collect(),
    }
}

/// Plans the import of an environment with its audiences and experiments.
#[must_use]
pub fn plan(mut environment: Environment, existing: &Existing) -> EnvironmentPlan {
    let audiences = std::mem::take(&mut environment.audiences);
    let experiments = std::mem::take(&mut environment.experiments);
    let (comparison, id) = compare_environment(&environment, existing);
    let number = Some(environment.highest_version).filter(|number| *number > existing.highest_version);
    let mut plan = EnvironmentPlan {
        environment,
        comparison,
        id,
        number,
        audiences: Vec::new(),
        audience_ids: HashMap::new(),
        experiments: Vec::new(),
    };
    if !matches!(plan.comparison, Comparison::New | Comparison::Same) {
        plan.number = None;
        return plan;
    }
    for audience in audiences {
        let here = existing.audiences.iter().find(|here| match &audience.id {
            Some(id) => *id == here.id,
            None => audience.name == here.name,
        });
        let comparison = match here {
            Some(here) => {
                plan.audience_ids.insert(audience.name.clone(), here.id.clone());
                same_or_different(audience_differences(&audience, here))
            }
            None if existing.audiences.iter().any(|here| here.name == audience.name) => {
                Comparison::Skipped("another audience in Edgewise has the same name".to_owned())
            }
            None => check_ids(audience.id.iter().map(String::as_str), existing),
        };
        plan.audiences.push(PlannedItem { item: audience, comparison });
    }
    let by_id: HashMap<&str, &resources::Experiment> =
        existing.experiments.iter().map(|here| (here.row.id.as_str(), here)).collect();
    let keys: HashSet<&str> = existing.experiments.iter().map(|here| here.row.key.as_str()).collect();
    let mut room = usize::try_from(limits::EXPERIMENTS).unwrap_or(0).saturating_sub(keys.len());
    for experiment in experiments {
        let comparison = match by_id.get(experiment.id.as_str()) {
            Some(here) => same_or_different(experiment_differences(&experiment, here)),
            None if keys.contains(experiment.key.as_str()) => {
                Comparison::Skipped("another experiment in Edgewise has the same key".to_owned())
            }
            None => match check_ids(ids_of(&experiment), existing) {
                Comparison::New => check_audience(&experiment, &plan.audiences),
                skipped => skipped,
            },
        };
        let comparison = match comparison {
            Comparison::New if room == 0 => Comparison::Skipped(format!(
                "an environment can have at most {} experiments",
                limits::EXPERIMENTS
            )),
            Comparison::New => {
                room -= 1;
                Comparison::New
            }
            comparison => comparison,
        };
        plan.experiments.push(PlannedItem { item: experiment, comparison });
    }
    plan
}

/// Compares the environment itself, and returns the id of the existing environment.
fn compare_environment(environment: &Environment, existing: &Existing) -> (Comparison, Option<String>) {
    match (&existing.same_id, &existing.same_name) {
        (Some(here), _) if here.name != environment.name.as_str() => {
            (Comparison::Different(vec![format!("its name is `{}` in Edgewise", here.name)]), None)
        }
        (Some(here), _) => (Comparison::Same, Some(here.id.clone())),
        (None, Some(here)) if environment.id.is_none() => (Comparison::Same, Some(here.id.clone())),
        (None, Some(here)) => {
            let reason = format!(
                "another environment in Edgewise has the same name (id `{}`): import into a database without that \
                 environment",
                here.id
            );
            (Comparison::Skipped(reason), None)
        }
        (None, None) => (check_ids(environment.id.iter().map(String::as_str), existing), None),
    }
}

fn check_ids<'a>(mut ids: impl Iterator<Item = &'a str>, existing: &Existing) -> Comparison {
    match ids.find(|id| existing.ids.contains(*id)) {
        Some(id) => Comparison::Skipped(format!("another resource in Edgewise has the id `{id}`")),
        None => Comparison::New,
    }
}

/// Returns the ids of an experiment, its variants and its allocations.
fn ids_of(experiment: &Experiment) -> impl Iterator<Item = &str> {
    let variants = experiment.variants.iter().map(|variant| variant.id.as_str());
    let allocations = experiment.allocations.iter().filter_map(|allocation| allocation.id.as_deref());
    std::iter::once(experiment.id.as_str()).chain(variants).chain(allocations)
}

/// Skips an experiment whose audience is different in Edgewise, because the experiment would apply to other users.
fn check_audience(experiment: &Experiment, audiences: &[PlannedItem<Audience>]) -> Comparison {
    let Some(name) = &experiment.audience else { return Comparison::New };
    let audience = audiences.iter().find(|audience| audience.item.name == *name);
    match audience.map(|audience| &audience.comparison) {
        Some(Comparison::New | Comparison::Same) => Comparison::New,
        Some(Comparison::Different(_)) => {
            Comparison::Skipped(format!("its audience `{name}` is different in Edgewise"))
        }
        Some(Comparison::Skipped(_)) | None => {
            Comparison::Skipped(format!("its audience `{name}` cannot be imported"))
        }
    }
}

fn same_or_different(differences: Vec<String>) -> Comparison {
    if differences.is_empty() { Comparison::Same } else { Comparison::Different(differences) }
}

fn audience_differences(audience: &Audience, here: &resources::AudienceRow) -> Vec<String> {
    let mut found = Differences::default();
    found.compare("name", &audience.name, &here.name);
    found.check("rules", audience.rules.get() == here.rules.get());
    found.0
}

fn experiment_differences(experiment: &Experiment, here: &resources::Experiment) -> Vec<String> {
    let mut found = Differences::default();
    let row = &here.row;
    let none = || "none".to_owned();
    found.compare("key", &experiment.key, &row.key);
    found.compare("status", experiment.status.name(), row.status.name());
    found.compare("salt", &experiment.salt, &row.salt);
    found.compare("name", &experiment.name, &row.name);
    found.check("description", experiment.description == row.description);
    found.compare(
        "audience",
        &experiment.audience.clone().unwrap_or_else(none),
        &here.audience.as_ref().map_or_else(none, |audience| audience.name.clone()),
    );
    let text = |json: &Option<Box<RawValue>>| json.as_deref().map(|json| json.get().to_owned());
    found.check("targetingRules", text(&experiment.targeting_rules) == text(&row.targeting_rules));
    let imported: Vec<_> = experiment
        .variants
        .iter()
        .map(|variant| (&variant.id, &variant.key, &variant.name, text(&variant.payload)))
        .collect();
    let existing: Vec<_> = here
        .variants
        .iter()
        .map(|variant| (&variant.id, &variant.key, &variant.name, text(&variant.payload)))
        .collect();
    found.check("variants", same_in_any_order(imported, existing));
    let imported: Vec<_> = experiment
        .allocations
        .iter()
        .map(|allocation| {
            (&allocation.range.variant_id, allocation.range.range_start, allocation.range.range_end)
        })
        .collect();
    let existing: Vec<_> = here
        .allocations
        .iter()
        .map(|allocation| (&allocation.variant_id, allocation.range_start, allocation.range_end))
        .collect();
    found.check("allocations", same_in_any_order(imported, existing));
    found.0
}

fn same_in_any_order<T: Ord>(mut left: Vec<T>, mut right: Vec<T>) -> bool {
    left.sort();
    right.sort();
    left == right
}

/// The differences of a resource, as texts.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check(&mut self, field: &str, same: bool) {
        if !same {
            self.0.push(format!("`{field}` differs"));
        }
    }

    /// Compares values that are short enough for the report.
    fn compare(&mut self, field: &str, imported: &str, existing: &str) {
        if imported != existing {
            self.0.push(format!(
                "`{field}` is `{}` in Edgewise and `{}` in the source",
                existing.escape_debug(),
                imported.escape_debug()
            ));
        }
    }
}
