use leptos::prelude::*;

use super::Read;
use crate::{html::Html, problem::Problem};

/// How all environments are doing.
#[server(prefix = "/-", endpoint = "overview", protocol = Read)]
pub(crate) async fn show_overview() -> Result<Html, Problem> {
    use edgewise_api::page::PageRequest;

    crate::server::context::with_services(async |services| {
        Ok(crate::rendered::overview(services.summaries(PageRequest::up_to(super::MOST_LISTED)).await?))
    })
    .await
}

/// All environments, and what is live in them.
#[server(prefix = "/-", endpoint = "environments/table", protocol = Read)]
pub(crate) async fn show_environments() -> Result<Html, Problem> {
    use edgewise_api::page::PageRequest;

    crate::server::context::with_services(async |services| {
        Ok(crate::rendered::environments::list(
            services.summaries(PageRequest::up_to(super::MOST_LISTED)).await?,
        ))
    })
    .await
}
