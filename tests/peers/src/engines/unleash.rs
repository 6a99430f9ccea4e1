//! Yggdrasil, the engine of Unleash: features with one strategy each, evaluated one by one.

use std::borrow::Cow;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use unleash_yggdrasil::{
    ClientFeatures, EngineState,
    state::{EnrichedContext, PropertiesCow, PropertiesRef},
};

use super::{Engine, User};
use crate::experiment::{Condition, Experiment, Variant};

pub(crate) struct Unleash {
    state: EngineState,
    features: Vec<String>,
}

impl Unleash {
    pub(crate) fn new(experiments: &[Experiment]) -> Result<Self> {
        let features: Vec<_> = experiments.iter().map(feature).collect();
        let features: ClientFeatures = serde_json::from_value(json!({"version": 2, "features": features}))?;
        let state = EngineState::default();
        if let Some([warning, ..]) = state.apply_client_features(features).as_deref() {
            bail!("`{}`: {}", warning.toggle_name, warning.message);
        }
        Ok(Self { state, features: experiments.iter().map(|experiment| experiment.key.clone()).collect() })
    }
}

fn feature(experiment: &Experiment) -> Value {
    let constraint = |condition: &Condition| json!({"contextName": condition.attribute, "operator": "IN", "values": condition.values});
    let variant = |variant: &Variant| {
        json!({
            "name": variant.key,
            "weight": variant.buckets.len(),
            "payload": {"type": "json", "value": variant.payload},
        })
    };
    json!({
        "name": experiment.key,
        "enabled": true,
        "strategies": [{
            "name": "flexibleRollout",
            "parameters": {"rollout": "100", "stickiness": "userId", "groupId": experiment.salt},
            "constraints": experiment.conditions.iter().map(constraint).collect::<Vec<_>>(),
            "variants": experiment.variants.iter().map(variant).collect::<Vec<_>>(),
        }],
    })
}

impl Engine for Unleash {
    fn decide(&mut self, user: &User, mut assigned: impl FnMut(usize, &[u8])) {
        let attributes = user.context.iter();
        let properties: PropertiesCow =
            attributes.filter_map(|(name, value)| Some((name.into(), property(value)?))).collect();
        let context = EnrichedContext {
            user_id: Some(&user.key),
            session_id: None,
            environment: None,
            app_name: None,
            current_time: None,
            remote_address: None,
            properties: Some(PropertiesRef::Cows(&properties)),
            external_results: None,
            toggle_name: "",
            runtime_hostname: None,
        };
        for (number, feature) in self.features.iter().enumerate() {
            let found = self.state.check_variant(&context.with_toggle_name(feature));
            let Some(variant) = found.filter(|variant| variant.enabled) else { continue };
            let payload = variant.payload.as_ref().map_or("", |payload| &payload.value);
            assigned(number, payload.as_bytes());
        }
    }
}

/// Converts an attribute to a string, which all attributes of Yggdrasil are.
fn property(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(value) => Some(Cow::Borrowed(value)),
        Value::Number(value) => Some(Cow::Owned(value.to_string())),
        Value::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
