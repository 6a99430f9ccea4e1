use edgewise_api::{
    ApiError,
    conditional::Precondition,
    resources::{
        AllocationsPut, AudienceCreate, EnvironmentCreate, ExperimentCreate, ExperimentPatch, StatusPatch,
        VariantCreate,
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Made, body};
use crate::services::{Result, Services};
use edgewise_api::Publication;
use edgewise_caller::Actor;

const HOUR_MS: f64 = 3_600_000.0;

/// One thing that is done.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    /// How long ago that was.
    hours_ago: f64,
    /// What.
    #[serde(flatten)]
    deed: Deed,
}

/// What is done. Things are called by their names and keys.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Deed {
    Environment(String),
    Audience { environment: String, name: String, rules: Value },
    Experiment(Box<Experiment>),
    Split { experiment: String, split: Vec<Range> },
    Target { experiment: String, targeting_rules: Value },
    Status { experiment: String, status: String },
    RollBack { environment: String, version: u64 },
    Resume(String),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Experiment {
    environment: String,
    key: String,
    name: String,
    description: String,
    audience: Option<String>,
    targeting_rules: Option<Value>,
    variants: Vec<Value>,
    split: Vec<Range>,
}

/// A variant's key, its first bucket and its last.
#[derive(Debug, Deserialize)]
struct Range(String, u32, u32);

impl Step {
    /// How long ago, in ms.
    pub(super) fn ms_ago(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a conversion from a float saturates")]
        let ms = (self.hours_ago * HOUR_MS) as i64;
        ms
    }

    pub(super) async fn take(&self, services: &Services, made: &mut Made) -> Result<()> {
        let (by, any) = (&Actor::DEMO, &Precondition::None);
        let publication = match &self.deed {
            Deed::Environment(name) => {
                let request = EnvironmentCreate::from_body(&body(&json!({ "name": name })))?;
                let environment = services.create_environment(by, &request).await?;
                made.remember(format!("environment {name}"), &environment.value.id);
                Publication::NotDue
            }
            Deed::Audience { environment, name, rules } => {
                let environment_id = made.id(&format!("environment {environment}"))?;
                let request = json!({ "environmentId": environment_id, "name": name, "rules": rules });
                let request = AudienceCreate::from_body(&body(&request))?;
                let audience = services.create_audience(by, &request).await?;
                made.remember(format!("audience {name}"), &audience.value.row.id);
                Publication::NotDue
            }
            Deed::Experiment(experiment) => {
                experiment.make(services, made).await?;
                Publication::NotDue
            }
            Deed::Split { experiment, split } => put_split(services, made, experiment, split).await?,
            Deed::Target { experiment, targeting_rules } => {
                let request = json!({ "targetingRules": targeting_rules });
                let request = ExperimentPatch::from_body(&body(&request))?;
                let id = made.id(&format!("experiment {experiment}"))?;
                services.update_experiment(by, id, any, &request).await?.publication
            }
            Deed::Status { experiment, status } => {
                let request = StatusPatch::from_body(&body(&json!({ "status": status })))?;
                let id = made.id(&format!("experiment {experiment}"))?;
                services.update_status(by, id, any, request).await?.publication
            }
            Deed::RollBack { environment, version } => {
                let id = made.id(&format!("environment {environment}"))?;
                services.rollback(by, id, &version.to_string()).await?.publication
            }
            Deed::Resume(environment) => {
                let id = made.id(&format!("environment {environment}"))?;
                services.resume(by, id).await?.publication
            }
        };
        match publication {
            Publication::Failed(problem) => Err(ApiError { status: 500, message: problem }),
            Publication::NotDue | Publication::Published => Ok(()),
        }
    }
}

impl Experiment {
    async fn make(&self, services: &Services, made: &mut Made) -> Result<()> {
        let (by, any) = (&Actor::DEMO, &Precondition::None);
        let mut request = json!({
            "environmentId": made.id(&format!("environment {}", self.environment))?,
            "key": self.key,
            "name": self.name,
            "description": self.description,
        });
        if let Some(fields) = request.as_object_mut() {
            if let Some(audience) = &self.audience {
                fields.insert("audienceId".to_owned(), json!(made.id(&format!("audience {audience}"))?));
            }
            if let Some(rules) = &self.targeting_rules {
                fields.insert("targetingRules".to_owned(), rules.clone());
            }
        }
        let request = ExperimentCreate::from_body(&body(&request))?;
        let experiment = services.create_experiment(by, &request).await?;
        let id = experiment.value.row.id;
        made.remember(format!("experiment {}", self.key), &id);
        for variant in &self.variants {
            let request = VariantCreate::from_body(&body(variant))?;
            let variant = services.create_variant(by, &id, any, request).await?.value.value;
            made.remember(format!("variant {} {}", self.key, variant.key), &variant.id);
        }
        put_split(services, made, &self.key, &self.split).await.map(drop)
    }
}

async fn put_split(
    services: &Services,
    made: &Made,
    experiment: &str,
    split: &[Range],
) -> Result<Publication> {
    let allocation = |Range(variant, start, end): &Range| {
        let variant_id = made.id(&format!("variant {experiment} {variant}"))?;
        Ok(json!({ "variantId": variant_id, "rangeStart": start, "rangeEnd": end }))
    };
    let allocations = split.iter().map(allocation).collect::<Result<Vec<_>>>()?;
    let request = AllocationsPut::from_body(&body(&json!({ "allocations": allocations })))?;
    let id = made.id(&format!("experiment {experiment}"))?;
    Ok(services.put_allocations(&Actor::DEMO, id, &Precondition::None, request).await?.publication)
}
