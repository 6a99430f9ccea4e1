use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use crate::{calls::control::MOST_LISTED, rendered, server::context::with_services};
use crate::{html::Html, problem::Problem, transport::Read};

/// How all environments are doing.
#[server(prefix = "/-", endpoint = "overview", protocol = Read)]
pub(crate) async fn show_overview() -> Result<Html, Problem> {
    use edgewise_api::page::PageRequest;

    with_services(async |services| {
        Ok(rendered::overview(services.summaries(PageRequest::up_to(MOST_LISTED)).await?))
    })
    .await
}
