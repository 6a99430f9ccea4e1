//! `eppo_core`: flags with one allocation each, evaluated one by one.

use std::sync::Arc;

use anyhow::Result;
use eppo_core::{
    AttributeValue, Attributes, Configuration, SdkMetadata, Str,
    eval::get_assignment,
    timestamp,
    ufc::{AssignmentValue, UniversalFlagConfig, VariationType},
};
use serde_json::{Map, Value, json};

use super::{Engine, User};
use crate::experiment::{BUCKETS, Condition, Experiment, Variant};

pub(crate) struct Eppo {
    configuration: Configuration,
    flags: Vec<String>,
}

impl Eppo {
    pub(crate) fn new(experiments: &[Experiment]) -> Result<Self> {
        let flags: Map<_, _> =
            experiments.iter().map(|experiment| (experiment.key.clone(), flag(experiment))).collect();
        let json = json!({
            "createdAt": "2026-01-01T00:00:00.000Z",
            "format": "SERVER",
            "environment": {"name": "prod"},
            "flags": flags,
        });
        let sdk = SdkMetadata { name: "edgewise-peers", version: "0" };
        let flags = UniversalFlagConfig::from_json(sdk, json.to_string().into_bytes())?;
        Ok(Self {
            configuration: Configuration::from_server_response(flags, None),
            flags: experiments.iter().map(|experiment| experiment.key.clone()).collect(),
        })
    }
}

fn flag(experiment: &Experiment) -> Value {
    let condition = |condition: &Condition| json!({"attribute": condition.attribute, "operator": "ONE_OF", "value": condition.values});
    let conditions: Vec<_> = experiment.conditions.iter().map(condition).collect();
    let rules = if conditions.is_empty() { json!([]) } else { json!([{"conditions": conditions}]) };
    let split = |variant: &Variant| {
        let range = json!({"start": variant.buckets.start, "end": variant.buckets.end});
        json!({"variationKey": variant.key, "shards": [{"salt": experiment.salt, "ranges": [range]}]})
    };
    let splits: Vec<_> = experiment.variants.iter().map(split).collect();
    let variation =
        |variant: &Variant| (variant.key.clone(), json!({"key": variant.key, "value": variant.payload}));
    json!({
        "key": experiment.key,
        "enabled": true,
        "variationType": "JSON",
        "variations": experiment.variants.iter().map(variation).collect::<Map<_, _>>(),
        "totalShards": BUCKETS,
        // Events of assignments are not part of the decision.
        "allocations": [{"key": "split", "rules": rules, "splits": splits, "doLog": false}],
    })
}

impl Engine for Eppo {
    fn decide(&mut self, user: &User, mut assigned: impl FnMut(usize, &[u8])) {
        let subject = Str::new(&user.key);
        let attributes = user.context.iter();
        let attributes: Attributes =
            attributes.filter_map(|(name, value)| Some((name.as_str().into(), attribute(value)?))).collect();
        let attributes = Arc::new(attributes);
        let now = timestamp::now();
        let json = Some(VariationType::Json);
        for (number, flag) in self.flags.iter().enumerate() {
            let found = get_assignment(Some(&self.configuration), flag, &subject, &attributes, json, now);
            let Ok(Some(assignment)) = found else { continue };
            if let AssignmentValue::Json { raw, .. } = &assignment.value {
                assigned(number, raw.as_bytes());
            }
        }
    }
}

fn attribute(value: &Value) -> Option<AttributeValue> {
    match value {
        Value::String(value) => Some(value.as_str().into()),
        Value::Number(value) => value.as_f64().map(AttributeValue::from),
        Value::Bool(value) => Some((*value).into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
