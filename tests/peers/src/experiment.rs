//! Experiments in the words that all engines share: who gets what, in which parts.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use edgewise_engine::{
    Snapshot,
    rules::{self, Operator},
    snapshot,
};
use serde_json::{Map, Value};

/// So many buckets an experiment divides users into.
pub(crate) const BUCKETS: u32 = 10_000;

pub(crate) struct Experiment {
    pub(crate) key: String,
    pub(crate) salt: String,
    /// All of them must match.
    pub(crate) conditions: Vec<Condition>,
    pub(crate) variants: Vec<Variant>,
}

/// An attribute must be one of some strings.
pub(crate) struct Condition {
    pub(crate) attribute: String,
    pub(crate) values: Vec<String>,
}

pub(crate) struct Variant {
    pub(crate) key: String,
    /// An object, as JSON.
    pub(crate) payload: String,
    pub(crate) buckets: Range<u32>,
}

impl Experiment {
    /// The experiments of a snapshot.
    ///
    /// # Errors
    /// If one has what workloads do not: several rules, other operators than `in` and `eq`, a part of the users
    /// without a variant.
    pub(crate) fn all(snapshot: &Snapshot) -> Result<Vec<Self>> {
        let experiment = |experiment| {
            Self::new(experiment).with_context(|| format!("`{}` cannot be converted", experiment.key))
        };
        snapshot.experiments.iter().map(experiment).collect()
    }

    fn new(experiment: &snapshot::Experiment) -> Result<Self> {
        let conditions = match (&*experiment.audience_rules, &*experiment.targeting_rules) {
            ([], []) => Vec::new(),
            ([], [rule]) => rule.conditions.iter().map(Condition::new).collect::<Result<_>>()?,
            _ => bail!("it has several rules"),
        };
        let variants: Vec<_> = experiment
            .variants
            .iter()
            .map(|variant| Variant::new(variant, experiment))
            .collect::<Result<_>>()?;
        if variants.iter().map(|variant| variant.buckets.len()).sum::<usize>() != BUCKETS as usize {
            bail!("its variants do not share all buckets");
        }
        let salt = experiment.salt.as_str().to_owned();
        Ok(Self { key: experiment.key.clone(), salt, conditions, variants })
    }

    /// Whether users with these attributes get a variant.
    pub(crate) fn is_for(&self, context: &Map<String, Value>) -> bool {
        self.conditions.iter().all(|condition| {
            let attribute = context.get(&condition.attribute).and_then(Value::as_str);
            attribute.is_some_and(|attribute| condition.values.iter().any(|value| value == attribute))
        })
    }
}

impl Condition {
    fn new(condition: &rules::Condition) -> Result<Self> {
        let values = match (&condition.operator, &condition.value) {
            (Operator::Eq, Some(value)) => std::slice::from_ref(value),
            (Operator::In, Some(Value::Array(values))) => values,
            _ => bail!("a condition is neither `in` nor `eq`"),
        };
        let string = |value: &Value| value.as_str().map(str::to_owned).context("a value is no string");
        let values = values.iter().map(string).collect::<Result<_>>()?;
        Ok(Self { attribute: condition.attribute.clone(), values })
    }
}

impl Variant {
    fn new(variant: &snapshot::Variant, experiment: &snapshot::Experiment) -> Result<Self> {
        let allocation = experiment.allocations.iter().find(|allocation| allocation.variant_id == variant.id);
        let allocation = allocation.context("a variant has no allocation")?;
        let buckets = u32::try_from(allocation.range_start)?..u32::try_from(allocation.range_end + 1)?;
        let payload = variant.payload.as_ref().context("a variant has no payload")?.get().to_owned();
        Ok(Self { key: variant.key.clone(), payload, buckets })
    }
}
