//! Applying a step through the services.

use edgewise_api::{
    ApiError,
    conditional::Precondition,
    resources::{
        AllocationsPut, AudienceCreate, EnvironmentCreate, ExperimentCreate, ExperimentPatch, StatusPatch,
        VariantCreate,
    },
};
use serde_json::{Value, json};

use super::{
    created::{CreatedIds, Result},
    step::{Action, Experiment, Range, Step},
};
use crate::services::Services;
use edgewise_api::Publication;
use edgewise_caller::Principal;

impl Step {
    pub(super) async fn apply(
        &self,
        services: &Services,
        by: &Principal,
        created: &mut CreatedIds,
    ) -> Result<()> {
        let any = &Precondition::None;
        let publication = match &self.action {
            Action::Environment(name) => {
                let request = EnvironmentCreate::from_body(&body(&json!({ "name": name })))?;
                let environment = services.create_environment(by, &request).await?;
                created.insert(format!("environment {name}"), &environment.value.id);
                Publication::NotDue
            }
            Action::Audience { environment, name, rules } => {
                let environment_id = created.id(&format!("environment {environment}"))?;
                let request = json!({ "environmentId": environment_id, "name": name, "rules": rules });
                let request = AudienceCreate::from_body(&body(&request))?;
                let audience = services.create_audience(by, &request).await?;
                created.insert(format!("audience {name}"), &audience.value.row.id);
                Publication::NotDue
            }
            Action::Experiment(experiment) => {
                experiment.create(services, by, created).await?;
                Publication::NotDue
            }
            Action::Split { experiment, split } => {
                put_split(services, by, created, experiment, split).await?
            }
            Action::Target { experiment, targeting_rules } => {
                let request = json!({ "targetingRules": targeting_rules });
                let request = ExperimentPatch::from_body(&body(&request))?;
                let id = created.id(&format!("experiment {experiment}"))?;
                services.update_experiment(by, id, any, &request).await?.publication
            }
            Action::Status { experiment, status } => {
                let request = StatusPatch::from_body(&body(&json!({ "status": status })))?;
                let id = created.id(&format!("experiment {experiment}"))?;
                services.update_status(by, id, any, request).await?.publication
            }
            Action::RollBack { environment, version } => {
                let id = created.id(&format!("environment {environment}"))?;
                services.rollback(by, id, &version.to_string()).await?.publication
            }
            Action::Resume(environment) => {
                let id = created.id(&format!("environment {environment}"))?;
                services.resume(by, id).await?.publication
            }
        };
        match publication {
            Publication::Failed(problem) => Err(ApiError::internal(problem)),
            Publication::NotDue | Publication::OnHold | Publication::Published => Ok(()),
        }
    }
}

impl Experiment {
    async fn create(&self, services: &Services, by: &Principal, created: &mut CreatedIds) -> Result<()> {
        let any = &Precondition::None;
        let mut request = json!({
            "environmentId": created.id(&format!("environment {}", self.environment))?,
            "key": self.key,
            "name": self.name,
            "description": self.description,
        });
        if let Some(fields) = request.as_object_mut() {
            if let Some(audience) = &self.audience {
                fields.insert("audienceId".to_owned(), json!(created.id(&format!("audience {audience}"))?));
            }
            if let Some(rules) = &self.targeting_rules {
                fields.insert("targetingRules".to_owned(), rules.clone());
            }
        }
        let request = ExperimentCreate::from_body(&body(&request))?;
        let experiment = services.create_experiment(by, &request).await?.value;
        let id = experiment.value.row.id;
        created.insert(format!("experiment {}", self.key), &id);
        for variant in &self.variants {
            let request = VariantCreate::from_body(&body(variant))?;
            let variant = services.create_variant(by, &id, any, request).await?.value.value;
            created.insert(format!("variant {} {}", self.key, variant.key), &variant.id);
        }
        put_split(services, by, created, &self.key, &self.split).await.map(drop)
    }
}

async fn put_split(
    services: &Services,
    by: &Principal,
    created: &CreatedIds,
    experiment: &str,
    split: &[Range],
) -> Result<Publication> {
    let allocation = |Range(variant, start, end): &Range| {
        let variant_id = created.id(&format!("variant {experiment} {variant}"))?;
        Ok(json!({ "variantId": variant_id, "rangeStart": start, "rangeEnd": end }))
    };
    let allocations = split.iter().map(allocation).collect::<Result<Vec<_>>>()?;
    let request = AllocationsPut::from_body(&body(&json!({ "allocations": allocations })))?;
    let id = created.id(&format!("experiment {experiment}"))?;
    Ok(services.put_allocations(by, id, &Precondition::None, request).await?.publication)
}

/// Returns a JSON value as a request body.
fn body(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}
