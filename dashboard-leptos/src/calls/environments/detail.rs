use edgewise_api::resources::{Environment, PublicationStatus};
use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use crate::{calls::control::Actor, server::context::with_services};
use crate::{
    model::{Done, Kept},
    problem::Problem,
    transport::{Read, Write},
};

/// An environment of that id.
#[server(prefix = "/-", endpoint = "environment", protocol = Read)]
pub(crate) async fn load_environment(id: String) -> Result<Kept<Environment>, Problem> {
    with_services(async |services| Ok(services.environment(&id).await?.into())).await
}

/// Where an environment stands in being published.
#[server(prefix = "/-", endpoint = "environments/publication", protocol = Read)]
pub(crate) async fn load_publication(id: String) -> Result<PublicationStatus, Problem> {
    with_services(async |services| services.publication(&id).await).await
}

/// Publishes an environment's changes again.
#[server(prefix = "/-", endpoint = "environments/resume", protocol = Write)]
pub(crate) async fn resume(id: String) -> Result<Done<PublicationStatus>, Problem> {
    with_services(async |services| Ok(services.resume(&Actor::LOCAL, &id).await?.into())).await
}
