//! The responses to `/health` and `/ready`.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use edgewise_api::EnvironmentName;
use edgewise_decide::{Cache, WatchedStore};
use edgewise_http::json_response;
use serde::Serialize;
use utoipa::ToSchema;

/// The health of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServiceStatus {
    /// The plane works.
    Ok,
    /// The plane responds with an error.
    Unhealthy,
    /// The plane does not respond.
    Unreachable,
}

/// The health of the planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Services {
    /// The control plane.
    pub experiment_service: ServiceStatus,
    /// The decision plane.
    pub decision_service: ServiceStatus,
}

/// The overall health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All planes work.
    Ok,
    /// A plane does not work, its snapshot store refuses requests, or the store of a decision plane has not responded yet.
    Degraded,
    /// The process cannot handle requests at the moment.
    Unavailable,
}

/// The response to `GET /health` and `GET /ready`. A plane omits the fields that do not apply to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// The overall health.
    pub status: Status,
    /// The health of the planes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Services>,
    /// The loaded snapshot version of each environment; `null` if no version could be loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Option<u64>>>, example = json!({"prod": 3}))]
    pub config_versions: Option<BTreeMap<String, Option<u64>>>,
    /// The error of each environment whose newest snapshot cannot be loaded; omitted if there are no errors.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub config_errors: BTreeMap<String, String>,
    /// The reason why the snapshot store refuses requests, such as wrong credentials, with the store's code; on a decision plane
    /// also the reason why the store could not be read yet. Otherwise omitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "SignatureDoesNotMatch: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")]
    pub store_error: Option<String>,
}

impl ServiceStatus {
    /// Returns the health of a plane with this response to a health check; `None` for a plane that does not respond.
    #[must_use]
    pub fn from_response(status: Option<StatusCode>) -> Self {
        match status {
            Some(status) if status.is_success() => Self::Ok,
            Some(_) => Self::Unhealthy,
            None => Self::Unreachable,
        }
    }
}

impl Health {
    /// Creates the health of a plane that reports on itself.
    #[must_use]
    pub const fn single_plane(is_ok: bool) -> Self {
        let status = if is_ok { Status::Ok } else { Status::Unavailable };
        Self {
            status,
            services: None,
            config_versions: None,
            config_errors: BTreeMap::new(),
            store_error: None,
        }
    }

    /// Creates the health of several planes.
    #[must_use]
    pub fn of(services: Services) -> Self {
        let all_ok = [services.experiment_service, services.decision_service] == [ServiceStatus::Ok; 2];
        let status = if all_ok { Status::Ok } else { Status::Degraded };
        Self { status, services: Some(services), ..Self::single_plane(true) }
    }

    /// Adds the loaded versions and the errors of a decision plane, and the error of its snapshot store.
    #[must_use]
    pub fn with_configs(self, cache: &Cache) -> Self {
        let text = |environment: EnvironmentName| environment.as_str().to_owned();
        let versions =
            cache.versions().into_iter().map(|(environment, version)| (text(environment), version));
        let errors = cache.problems().into_iter().map(|(environment, problem)| (text(environment), problem));
        let health = self.with_store_error(cache.store().error());
        Self { config_versions: Some(versions.collect()), config_errors: errors.collect(), ..health }
    }

    /// Adds the refusal of the snapshot store of a control plane. A plane is degraded while the store refuses requests.
    #[must_use]
    pub fn with_store(self, store: &WatchedStore) -> Self {
        self.with_store_error(store.refusal())
    }

    fn with_store_error(self, store_error: Option<String>) -> Self {
        let status = match self.status {
            Status::Ok if store_error.is_some() => Status::Degraded,
            status => status,
        };
        Self { status, store_error, ..self }
    }

    /// Returns the response: 200 if all planes work, otherwise 503.
    #[must_use]
    pub fn response(&self) -> Response {
        let status = match self.status {
            Status::Ok => StatusCode::OK,
            Status::Degraded | Status::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        json_response(status, serde_json::to_vec(self).unwrap_or_default())
    }
}
