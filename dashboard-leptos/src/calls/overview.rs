use edgewise_api::resources::EnvironmentSummary;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::problem::Problem;

/// How all environments are doing.
#[server(prefix = "/-", endpoint = "overview", input = GetUrl)]
pub(crate) async fn load_overview() -> Result<Vec<EnvironmentSummary>, Problem> {
    use edgewise_api::page::PageRequest;

    crate::server::with_services(async |services| services.summaries(PageRequest::first(100)).await).await
}
