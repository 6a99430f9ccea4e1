//! Reading audiences.

use axum::extract::State;
use edgewise_api::{
    ApiError,
    page::{Page, PageRequest},
    query::Query,
    resources::Audience,
};
use utoipa::IntoParams;

use crate::{
    routes::{
        extract::Ids,
        params::{AudienceId, Paging},
        problems::ReadProblems,
        query::{FromQuery, Params},
        reply::{Plain, Reply, Shown},
    },
    services::Services,
};

/// Which audiences are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct Filter {
    /// Only those of this environment
    #[param(rename = "environmentId")]
    environment_id: Option<String>,
}

impl FromQuery for Filter {
    fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        Ok(Self { environment_id: query.optional("environmentId")?.map(str::to_owned) })
    }
}

/// List the audiences, newest first
#[utoipa::path(
    get, path = "/audiences", tag = "audiences",
    params(Filter, Paging),
    responses((status = 200, description = "One page", body = Page<Audience>), ReadProblems)
)]
pub(in crate::routes) async fn list(
    State(services): State<Services>,
    Params(filter): Params<Filter>,
    Params(page): Params<PageRequest>,
) -> Reply<Plain<Page<Audience>>> {
    Ok(Plain(services.audiences(filter.environment_id.as_deref(), page).await?))
}

/// Show an audience
#[utoipa::path(
    get, path = "/audiences/{id}", tag = "audiences",
    params(AudienceId),
    responses(Shown::<Audience>, ReadProblems)
)]
pub(in crate::routes) async fn show(
    State(services): State<Services>,
    Ids(id): Ids<String>,
) -> Reply<Shown<Audience>> {
    Ok(Shown(services.audience(&id).await?))
}
