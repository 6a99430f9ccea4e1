use edgewise_api::resources::{Environment, PublicationStatus};
use leptos::prelude::*;

use super::{Done, Kept, Read, Write};
use crate::problem::Problem;

/// An environment of that id.
#[server(prefix = "/-", endpoint = "environment", protocol = Read)]
pub(crate) async fn load_environment(id: String) -> Result<Kept<Environment>, Problem> {
    crate::server::context::with_services(async |services| Ok(services.environment(&id).await?.into())).await
}

/// All environments, by name.
#[server(prefix = "/-", endpoint = "environments", protocol = Read)]
pub(crate) async fn list_environments() -> Result<Vec<Environment>, Problem> {
    use edgewise_api::page::PageRequest;

    crate::server::context::with_services(async |services| {
        Ok(services.environments(PageRequest::up_to(super::MOST_LISTED)).await?.data)
    })
    .await
}

/// Makes an environment.
#[server(prefix = "/-", endpoint = "environments/create", protocol = Write)]
pub(crate) async fn create_environment(name: String) -> Result<Environment, Problem> {
    use edgewise_api::resources::EnvironmentCreate;
    use edgewise_control::actor::Actor;

    let body = serde_json::json!({ "name": name }).to_string();
    crate::server::context::with_services(async |services| {
        let request = EnvironmentCreate::from_body(body.as_bytes())?;
        Ok(services.create_environment(&Actor::LOCAL, &request).await?.value)
    })
    .await
}

/// Where an environment stands in being published.
#[server(prefix = "/-", endpoint = "environments/publication", protocol = Read)]
pub(crate) async fn load_publication(id: String) -> Result<PublicationStatus, Problem> {
    crate::server::context::with_services(async |services| services.publication(&id).await).await
}

/// Publishes an environment's changes again.
#[server(prefix = "/-", endpoint = "environments/resume", protocol = Write)]
pub(crate) async fn resume(id: String) -> Result<Done<PublicationStatus>, Problem> {
    use edgewise_control::actor::Actor;

    crate::server::context::with_services(async |services| {
        Ok(services.resume(&Actor::LOCAL, &id).await?.into())
    })
    .await
}
