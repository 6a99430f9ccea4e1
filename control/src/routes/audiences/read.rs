//! Reading audiences.

use axum::extract::State;
use edgewise_api::{
    ApiError,
    page::{Page, PageRequest},
    query::Query,
    resources::{Audience, AudienceFilter},
};
use utoipa::IntoParams;

use crate::{
    routes::{
        errors::ReadErrors,
        extract::{Caller, Ids},
        params::{AudienceId, Paging},
        query::{FromQuery, Params, SearchWords},
        response::{HandlerResult, Json, Resource},
    },
    services::Services,
};

/// The filter of the list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct Filter {
    /// UUID of an environment: only its audiences are listed
    #[param(rename = "environmentId")]
    environment_id: Option<String>,
}

impl FromQuery for Filter {
    fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        Ok(Self { environment_id: query.not_empty("environmentId")?.map(str::to_owned) })
    }
}

/// List audiences, newest first
#[utoipa::path(
    get, path = "/audiences", tag = "audiences",
    params(Filter, SearchWords, Paging),
    responses((status = 200, description = "A page of audiences", body = Page<Audience>), ReadErrors)
)]
pub(in crate::routes) async fn list(
    State(services): State<Services>,
    Caller(principal): Caller,
    Params(filter): Params<Filter>,
    Params(SearchWords { search }): Params<SearchWords>,
    Params(page): Params<PageRequest>,
) -> HandlerResult<Json<Page<Audience>>> {
    let filter = AudienceFilter { environment_id: filter.environment_id.as_deref(), search: search.as_ref() };
    Ok(Json(services.audiences(&principal, filter, page).await?))
}

/// Get an audience
#[utoipa::path(
    get, path = "/audiences/{id}", tag = "audiences",
    params(AudienceId),
    responses(Resource::<Audience>, ReadErrors)
)]
pub(in crate::routes) async fn show(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
) -> HandlerResult<Resource<Audience>> {
    Ok(Resource(services.audience(&principal, &id).await?))
}
