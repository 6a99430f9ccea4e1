//! What `/health` and `/ready` say.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use edgewise_api::EnvironmentName;
use edgewise_decide::Cache;
use edgewise_http::json_response;
use serde::Serialize;
use utoipa::ToSchema;

/// How a plane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServiceStatus {
    /// It works.
    Ok,
    /// It answers that it does not.
    Unhealthy,
    /// It does not answer.
    Unreachable,
}

/// How the planes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Services {
    /// The control plane.
    pub experiment_service: ServiceStatus,
    /// The decision plane.
    pub decision_service: ServiceStatus,
}

/// Whether all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All is.
    Ok,
    /// Something is not.
    Degraded,
    /// Not yet, or no more.
    Unavailable,
}

/// The answer to `GET /health` and `GET /ready`. What a plane does not know is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// Whether all is well.
    pub status: Status,
    /// How the planes are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Services>,
    /// The snapshot version that each environment is decided from; `null` if none could be loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Option<u64>>>, example = json!({"prod": 3}))]
    pub config_versions: Option<BTreeMap<String, Option<u64>>>,
    /// What keeps newer snapshots from being loaded, by environment; left out if nothing does.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub config_errors: BTreeMap<String, String>,
}

impl ServiceStatus {
    /// What a plane's answer says of it.
    #[must_use]
    pub fn of_answer(answer: Option<StatusCode>) -> Self {
        match answer {
            Some(status) if status.is_success() => Self::Ok,
            Some(_) => Self::Unhealthy,
            None => Self::Unreachable,
        }
    }
}

impl Health {
    /// A plane that says of itself whether it works.
    #[must_use]
    pub const fn own(works: bool) -> Self {
        let status = if works { Status::Ok } else { Status::Unavailable };
        Self { status, services: None, config_versions: None, config_errors: BTreeMap::new() }
    }

    /// What a gateway says of its planes.
    #[must_use]
    pub fn of(services: Services) -> Self {
        let all_ok = [services.experiment_service, services.decision_service] == [ServiceStatus::Ok; 2];
        let status = if all_ok { Status::Ok } else { Status::Degraded };
        Self { status, services: Some(services), ..Self::own(true) }
    }

    /// Adds what a decision plane has loaded.
    #[must_use]
    pub fn with_configs(self, cache: &Cache) -> Self {
        let text = |environment: EnvironmentName| environment.as_str().to_owned();
        let versions =
            cache.versions().into_iter().map(|(environment, version)| (text(environment), version));
        let errors = cache.problems().into_iter().map(|(environment, problem)| (text(environment), problem));
        Self { config_versions: Some(versions.collect()), config_errors: errors.collect(), ..self }
    }

    /// The answer: 200 if all is well, else 503.
    #[must_use]
    pub fn answer(&self) -> Response {
        let status = match self.status {
            Status::Ok => StatusCode::OK,
            Status::Degraded | Status::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        json_response(status, serde_json::to_vec(self).unwrap_or_default())
    }
}
