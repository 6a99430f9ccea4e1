use leptos::prelude::*;

use crate::{html::Html, problem::Problem, transport::Read};
#[cfg(not(target_family = "wasm"))]
use crate::{
    model::Rules,
    rendered::audiences::{self, AudienceListRow},
    server::context::with_services,
};

/// Renders a page of the audiences of one environment or of all, newest first.
#[server(prefix = "/-", endpoint = "audiences", protocol = Read)]
pub(crate) async fn render_audiences(environment_id: Option<String>, page: u64) -> Result<Html, Problem> {
    use edgewise_api::{
        page::{Page, PageRequest},
        query::Query,
        resources::{AudienceFilter, Status},
    };

    /// The maximum number of characters of rules that fit into the widest row.
    const MAX_RULES_CHARACTERS: usize = 200;

    with_services(async |services, principal| {
        let query = format!("page={page}&pageSize=20");
        let request = PageRequest::from_query(&Query::parse(&query))?;
        let filter = AudienceFilter { environment_id: environment_id.as_deref(), search: None };
        let found = services.audience_summaries(&principal, filter, request).await?;
        let row = |summary: edgewise_api::resources::AudienceSummary| {
            let edgewise_api::resources::Audience { row, environment } = summary.audience;
            let rules = Rules::from_json(&row.rules).describe();
            AudienceListRow {
                id: row.id,
                name: row.name,
                environment: environment.name,
                rules: rules.chars().take(MAX_RULES_CHARACTERS).collect(),
                uses: summary.uses.total(),
                running: summary.uses.of(Status::Running),
                updated_at: row.updated_at,
            }
        };
        let Page { data, pagination } = found;
        let rows = Page { data: data.into_iter().map(row).collect(), pagination };
        Ok(audiences::list(environment_id, rows))
    })
    .await
}
