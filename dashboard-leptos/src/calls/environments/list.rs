use edgewise_api::resources::Environment;
use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use crate::{
    calls::control::MAX_LISTED, model::links, rendered::environments, server::context::with_services,
};
use crate::{
    html::Html,
    problem::Problem,
    transport::{Read, Write},
};

/// Renders all environments and their live versions.
#[server(prefix = "/-", endpoint = "environments/table", protocol = Read)]
pub(crate) async fn render_environments() -> Result<Html, Problem> {
    use edgewise_api::page::PageRequest;

    with_services(async |services, principal| {
        Ok(environments::list(services.summaries(&principal, PageRequest::up_to(MAX_LISTED)).await?))
    })
    .await
}

/// Returns all environments, sorted by name.
#[server(prefix = "/-", endpoint = "environments", protocol = Read)]
pub(crate) async fn list_environments() -> Result<Vec<Environment>, Problem> {
    use edgewise_api::page::PageRequest;

    with_services(async |services, principal| {
        Ok(services.environments(&principal, None, PageRequest::up_to(MAX_LISTED)).await?.data)
    })
    .await
}

/// Creates an environment, and redirects to its page.
#[server(prefix = "/-", endpoint = "environments/create", protocol = Write)]
pub(crate) async fn create_environment(name: String) -> Result<Environment, Problem> {
    use edgewise_api::resources::EnvironmentCreate;

    let body = serde_json::json!({ "name": name }).to_string();
    with_services(async |services, principal| {
        let request = EnvironmentCreate::from_body(body.as_bytes())?;
        let environment = services.create_environment(&principal, &request).await?.value;
        leptos_axum::redirect(&links::environment(&environment.id));
        Ok(environment)
    })
    .await
}
