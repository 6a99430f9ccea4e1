//! Experiments in a form that all engines share: conditions, variants and the variants' shares of the users.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use edgewise_engine::{Snapshot, operators::Operator, rules, snapshot};
use serde_json::{Map, Value};

/// The number of buckets of an experiment.
pub(crate) const BUCKETS: u32 = 10_000;

pub(crate) struct Experiment {
    pub(crate) key: String,
    pub(crate) salt: String,
    /// The conditions, all of which must match.
    pub(crate) conditions: Vec<Condition>,
    pub(crate) variants: Vec<Variant>,
}

/// A condition: an attribute must be one of the values.
pub(crate) struct Condition {
    pub(crate) attribute: String,
    pub(crate) values: Vec<String>,
}

pub(crate) struct Variant {
    pub(crate) key: String,
    /// The payload: an object, as JSON.
    pub(crate) payload: String,
    pub(crate) buckets: Range<u32>,
}

impl Experiment {
    /// Converts the experiments of a snapshot.
    ///
    /// # Errors
    /// If an experiment has several rules, an operator other than `in` and `eq`, or buckets without a variant.
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
            _ => bail!("the experiment has several rules"),
        };
        let variants: Vec<_> = experiment
            .variants
            .iter()
            .map(|variant| Variant::new(variant, experiment))
            .collect::<Result<_>>()?;
        if variants.iter().map(|variant| variant.buckets.len()).sum::<usize>() != BUCKETS as usize {
            bail!("not all buckets of the experiment have a variant");
        }
        let salt = experiment.salt.as_str().to_owned();
        Ok(Self { key: experiment.key.clone(), salt, conditions, variants })
    }

    /// Whether users with these attributes get a variant.
    pub(crate) fn matches(&self, context: &Map<String, Value>) -> bool {
        self.conditions.iter().all(|condition| {
            let attribute = context.get(&condition.attribute).and_then(Value::as_str);
            attribute.is_some_and(|attribute| condition.values.iter().any(|value| value == attribute))
        })
    }
}

impl Condition {
    fn new(condition: &rules::Condition) -> Result<Self> {
        let values = match (condition.operator.known(), &condition.value) {
            (Some(Operator::Eq), Some(value)) => std::slice::from_ref(value),
            (Some(Operator::In), Some(Value::Array(values))) => values,
            _ => bail!("the operator of a condition is neither `in` nor `eq`"),
        };
        let string = |value: &Value| value.as_str().map(str::to_owned).context("a value is not a string");
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
