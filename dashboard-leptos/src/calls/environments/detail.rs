use edgewise_api::resources::{Environment, PublicationStatus};
use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use crate::server::context::with_services;
use crate::{
    model::{Changed, Saved},
    problem::Problem,
    transport::{Read, Write},
};

/// Returns an environment.
#[server(prefix = "/-", endpoint = "environment", protocol = Read)]
pub(crate) async fn load_environment(id: String) -> Result<Saved<Environment>, Problem> {
    with_services(async |services, principal| Ok(services.environment(&principal, &id).await?.into())).await
}

/// Returns the publication status of an environment.
#[server(prefix = "/-", endpoint = "environments/publication", protocol = Read)]
pub(crate) async fn load_publication(id: String) -> Result<PublicationStatus, Problem> {
    with_services(async |services, principal| Ok(services.publication(&principal, &id).await?)).await
}

/// Resumes publishing an environment.
#[server(prefix = "/-", endpoint = "environments/resume", protocol = Write)]
pub(crate) async fn resume(id: String) -> Result<Changed<PublicationStatus>, Problem> {
    with_services(async |services, principal| Ok(services.resume(&principal, &id).await?.into())).await
}
