use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use crate::{calls::control::MAX_LISTED, rendered, server::context::with_services};
use crate::{html::Html, problem::Problem, transport::Read};

/// Renders the status of all environments.
#[server(prefix = "/-", endpoint = "overview", protocol = Read)]
pub(crate) async fn render_overview() -> Result<Html, Problem> {
    use edgewise_api::page::PageRequest;

    with_services(async |services, principal| {
        Ok(rendered::overview(services.summaries(&principal, PageRequest::up_to(MAX_LISTED)).await?))
    })
    .await
}
