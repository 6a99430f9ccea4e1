use leptos::prelude::*;

use crate::{html::Html, problem::Problem, transport::Read};
#[cfg(not(target_family = "wasm"))]
use crate::{
    model::Rules,
    rendered::audiences::{self, AudienceLine},
    server::context::with_services,
};

/// A page of the audiences, of an environment or of all, newest first.
#[server(prefix = "/-", endpoint = "audiences", protocol = Read)]
pub(crate) async fn show_audiences(environment_id: Option<String>, page: u64) -> Result<Html, Problem> {
    use edgewise_api::{
        page::{Page, PageRequest},
        query::Query,
        resources::Status,
    };

    /// What fits into the widest line.
    const RULES_CHARS: usize = 200;

    with_services(async |services| {
        let query = format!("page={page}&pageSize=20");
        let request = PageRequest::from_query(&Query::parse(&query)?)?;
        let found = services.audience_summaries(environment_id.as_deref(), request).await?;
        let line = |summary: edgewise_api::resources::AudienceSummary| {
            let edgewise_api::resources::Audience { row, environment } = summary.audience;
            let rules = Rules::of_json(&row.rules).in_words();
            AudienceLine {
                id: row.id,
                name: row.name,
                environment: environment.name,
                rules: rules.chars().take(RULES_CHARS).collect(),
                uses: summary.uses.total(),
                running: summary.uses.of(Status::Running),
                updated_at: row.updated_at,
            }
        };
        let Page { data, pagination } = found;
        let lines = Page { data: data.into_iter().map(line).collect(), pagination };
        Ok(audiences::list(environment_id, lines))
    })
    .await
}
