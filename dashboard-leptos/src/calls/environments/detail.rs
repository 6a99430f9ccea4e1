use edgewise_api::{
    Outcome, Revisioned,
    resources::{Environment, PublicationStatus},
};
use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use super::comparing::unpublished;
use crate::{
    html::Html,
    problem::Problem,
    transport::{Read, Write},
};
#[cfg(not(target_family = "wasm"))]
use crate::{rendered::environments as rendered, server::context::with_services};

/// Returns an environment.
#[server(prefix = "/-", endpoint = "environment", protocol = Read)]
pub(crate) async fn load_environment(id: String) -> Result<Revisioned<Environment>, Problem> {
    with_services(async |services, principal| Ok(services.environment(&principal, &id).await?)).await
}

/// Returns the publication status of an environment.
#[server(prefix = "/-", endpoint = "environments/publication", protocol = Read)]
pub(crate) async fn load_publication(id: String) -> Result<PublicationStatus, Problem> {
    with_services(async |services, principal| Ok(services.publication(&principal, &id).await?)).await
}

/// Renders what changes for users when the waiting changes of an environment are published.
#[server(prefix = "/-", endpoint = "environments/waiting", protocol = Read)]
pub(crate) async fn render_waiting(id: String) -> Result<Html, Problem> {
    with_services(async |services, principal| {
        Ok(rendered::waiting(unpublished(&services, &principal, &id).await?))
    })
    .await
}

/// Tries again now to publish the changes of an environment.
#[server(prefix = "/-", endpoint = "environments/retry", protocol = Write)]
pub(crate) async fn retry_publishing(id: String) -> Result<Outcome<PublicationStatus>, Problem> {
    with_services(async |services, principal| Ok(services.retry_publishing(&principal, &id).await?)).await
}

/// Resumes publishing an environment.
#[server(prefix = "/-", endpoint = "environments/resume", protocol = Write)]
pub(crate) async fn resume(id: String) -> Result<Outcome<PublicationStatus>, Problem> {
    with_services(async |services, principal| Ok(services.resume(&principal, &id).await?)).await
}
