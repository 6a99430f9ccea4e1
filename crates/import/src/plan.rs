//! The plan of an import: a function without I/O, whose result is also the report.

use std::collections::{HashMap, HashSet};

use edgewise_api::{limits, resources};
use serde_json::value::RawValue;

use edgewise_control::services::imports::{
    Additions, Audience, Environment, Existing, Experiment, ImportPlan, Target, existing,
};
use edgewise_database::OpenError;

/// What is to become of something that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is not here yet.
    New,
    /// It is here, and the same.
    Same,
    /// It is here, and differs: it is left as it is here. Each text says in what.
    Differs(Vec<String>),
    /// It is not here, and cannot be: the text says why.
    LeftOut(String),
}

/// Something that comes, and what is to become of it.
#[derive(Clone, Debug)]
pub struct Planned<T> {
    /// What comes.
    pub it: T,
    /// What is to become of it.
    pub fate: Fate,
}

/// What is to become of an environment and all that belongs to it.
#[derive(Clone, Debug)]
pub struct EnvironmentPlan {
    /// What comes, without what belongs to it.
    pub environment: Environment,
    /// What is to become of it. Nothing below it is planned if it is left alone.
    pub fate: Fate,
    /// The id of the one that is here.
    pub id: Option<String>,
    /// The highest number that was used elsewhere, if it is above all that were used here.
    pub number: Option<u64>,
    /// By creation.
    pub audiences: Vec<Planned<Audience>>,
    /// The ids of audiences that are here, by name.
    pub audience_ids: HashMap<String, String>,
    /// By creation.
    pub experiments: Vec<Planned<Experiment>>,
}

impl EnvironmentPlan {
    /// Whether there is anything to do.
    #[must_use]
    pub fn changes(&self) -> bool {
        !self.additions().is_empty()
    }

    /// Whether what is to be done changes what is live.
    #[must_use]
    pub fn publishes(&self) -> bool {
        self.additions().publishes()
    }
}

impl ImportPlan for EnvironmentPlan {
    fn additions(&self) -> Additions<'_> {
        if !matches!(self.fate, Fate::New | Fate::Same) {
            return Additions::default();
        }
        Additions {
            environment_id: self.id.as_deref(),
            environment: (self.fate == Fate::New).then_some(&self.environment),
            number: self.number,
            audiences: new(&self.audiences).collect(),
            audience_ids: self.audience_ids.clone(),
            experiments: new(&self.experiments).collect(),
        }
    }
}

fn new<T>(planned: &[Planned<T>]) -> impl Iterator<Item = &T> {
    planned.iter().filter(|planned| planned.fate == Fate::New).map(|planned| &planned.it)
}

/// Plans the import of environments into the database at a URL, without changing the database.
///
/// # Errors
/// If the database cannot be opened.
pub async fn dry_run(
    database_url: &str,
    environments: Vec<Environment>,
) -> Result<Vec<EnvironmentPlan>, OpenError> {
    let targets: Vec<Target> = environments.iter().map(target).collect();
    let existing = existing(database_url, &targets).await?;
    Ok(environments
        .into_iter()
        .zip(&existing)
        .map(|(environment, existing)| plan(environment, existing))
        .collect())
}

/// The target of an environment.
#[must_use]
pub fn target(environment: &Environment) -> Target {
    Target { id: environment.id.clone(), name: environment.name.clone() }
}

/// Says what is to be done with an environment.
#[must_use]
pub fn plan(mut environment: Environment, existing: &Existing) -> EnvironmentPlan {
    let audiences = std::mem::take(&mut environment.audiences);
    let experiments = std::mem::take(&mut environment.experiments);
    let (fate, id) = place(&environment, existing);
    let number = Some(environment.highest_version).filter(|number| *number > existing.highest_version);
    let mut plan = EnvironmentPlan {
        environment,
        fate,
        id,
        number,
        audiences: Vec::new(),
        audience_ids: HashMap::new(),
        experiments: Vec::new(),
    };
    if !matches!(plan.fate, Fate::New | Fate::Same) {
        plan.number = None;
        return plan;
    }
    for audience in audiences {
        let here = existing.audiences.iter().find(|here| match &audience.id {
            Some(id) => *id == here.id,
            None => audience.name == here.name,
        });
        let fate = match here {
            Some(here) => {
                plan.audience_ids.insert(audience.name.clone(), here.id.clone());
                differences(audience_differences(&audience, here))
            }
            None if existing.audiences.iter().any(|here| here.name == audience.name) => {
                Fate::LeftOut("another audience has its name here".to_owned())
            }
            None => id_is_free(audience.id.iter().map(String::as_str), existing),
        };
        plan.audiences.push(Planned { it: audience, fate });
    }
    let by_id: HashMap<&str, &resources::Experiment> =
        existing.experiments.iter().map(|here| (here.row.id.as_str(), here)).collect();
    let keys: HashSet<&str> = existing.experiments.iter().map(|here| here.row.key.as_str()).collect();
    let mut room = usize::try_from(limits::EXPERIMENTS).unwrap_or(0).saturating_sub(keys.len());
    for experiment in experiments {
        let fate = match by_id.get(experiment.id.as_str()) {
            Some(here) => differences(experiment_differences(&experiment, here)),
            None if keys.contains(experiment.key.as_str()) => {
                Fate::LeftOut("another experiment has its key here".to_owned())
            }
            None => match id_is_free(ids_of(&experiment), existing) {
                Fate::New => audience_is_right(&experiment, &plan.audiences),
                refused => refused,
            },
        };
        let fate = match fate {
            Fate::New if room == 0 => {
                Fate::LeftOut(format!("an environment holds at most {} experiments", limits::EXPERIMENTS))
            }
            Fate::New => {
                room -= 1;
                Fate::New
            }
            fate => fate,
        };
        plan.experiments.push(Planned { it: experiment, fate });
    }
    plan
}

/// What is to become of the environment itself, and the id of the one that is here.
fn place(environment: &Environment, existing: &Existing) -> (Fate, Option<String>) {
    match (&existing.same_id, &existing.same_name) {
        (Some(here), _) if here.name != environment.name.as_str() => {
            (Fate::Differs(vec![format!("its name is `{}` here", here.name)]), None)
        }
        (Some(here), _) => (Fate::Same, Some(here.id.clone())),
        (None, Some(here)) if environment.id.is_none() => (Fate::Same, Some(here.id.clone())),
        (None, Some(here)) => {
            let why = format!(
                "another environment has its name here (id {}): import into a database without it",
                here.id
            );
            (Fate::LeftOut(why), None)
        }
        (None, None) => (id_is_free(environment.id.iter().map(String::as_str), existing), None),
    }
}

fn id_is_free<'a>(mut ids: impl Iterator<Item = &'a str>, existing: &Existing) -> Fate {
    match ids.find(|id| existing.ids.contains(*id)) {
        Some(id) => Fate::LeftOut(format!("something else has the id `{id}` here")),
        None => Fate::New,
    }
}

/// Every id that an experiment brings.
fn ids_of(experiment: &Experiment) -> impl Iterator<Item = &str> {
    let variants = experiment.variants.iter().map(|variant| variant.id.as_str());
    let allocations = experiment.allocations.iter().filter_map(|allocation| allocation.id.as_deref());
    std::iter::once(experiment.id.as_str()).chain(variants).chain(allocations)
}

/// With an audience that is another one here, an experiment would reach other users.
fn audience_is_right(experiment: &Experiment, audiences: &[Planned<Audience>]) -> Fate {
    let Some(name) = &experiment.audience else { return Fate::New };
    let audience = audiences.iter().find(|audience| audience.it.name == *name);
    match audience.map(|audience| &audience.fate) {
        Some(Fate::New | Fate::Same) => Fate::New,
        Some(Fate::Differs(_)) => Fate::LeftOut(format!("its audience `{name}` differs here")),
        Some(Fate::LeftOut(_)) | None => {
            Fate::LeftOut(format!("its audience `{name}` cannot be carried over"))
        }
    }
}

fn differences(differences: Vec<String>) -> Fate {
    if differences.is_empty() { Fate::Same } else { Fate::Differs(differences) }
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
    let comes: Vec<_> = experiment
        .variants
        .iter()
        .map(|variant| (&variant.id, &variant.key, &variant.name, text(&variant.payload)))
        .collect();
    let is: Vec<_> = here
        .variants
        .iter()
        .map(|variant| (&variant.id, &variant.key, &variant.name, text(&variant.payload)))
        .collect();
    found.check("variants", same_in_any_order(comes, is));
    let comes: Vec<_> = experiment
        .allocations
        .iter()
        .map(|allocation| {
            (&allocation.range.variant_id, allocation.range.range_start, allocation.range.range_end)
        })
        .collect();
    let is: Vec<_> = here
        .allocations
        .iter()
        .map(|allocation| (&allocation.variant_id, allocation.range_start, allocation.range_end))
        .collect();
    found.check("allocations", same_in_any_order(comes, is));
    found.0
}

fn same_in_any_order<T: Ord>(mut left: Vec<T>, mut right: Vec<T>) -> bool {
    left.sort();
    right.sort();
    left == right
}

/// In what something differs, in words.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check(&mut self, field: &str, same: bool) {
        if !same {
            self.0.push(format!("`{field}` differs"));
        }
    }

    /// For values that are short enough to be shown.
    fn compare(&mut self, field: &str, comes: &str, is: &str) {
        if comes != is {
            self.0.push(format!(
                "`{field}` is `{}` here and `{}` there",
                is.escape_debug(),
                comes.escape_debug()
            ));
        }
    }
}
