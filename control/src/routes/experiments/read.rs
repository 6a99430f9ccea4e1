//! Reading experiments.

use axum::extract::State;
use edgewise_api::{
    ApiError,
    page::{Page, PageRequest},
    query::Query,
    resources::{Experiment, ExperimentFilter, Status},
};
use utoipa::IntoParams;

use crate::{
    routes::{
        errors::ReadErrors,
        extract::{Caller, Ids},
        params::{ExperimentId, Paging},
        query::{FromQuery, Params, SearchWords},
        response::{HandlerResult, Json, Resource},
    },
    services::Services,
};

/// The filter of the list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct Filter {
    /// UUID of an environment: only its experiments are listed
    #[param(rename = "environmentId")]
    environment_id: Option<String>,
    /// A status: only experiments with this status are listed
    status: Option<Status>,
}

impl FromQuery for Filter {
    fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        let unknown =
            || ApiError::invalid_parameter("status", "must be one of DRAFT, RUNNING, PAUSED, ARCHIVED");
        let status = query.optional("status")?.map(|name| Status::from_name(name).ok_or_else(unknown));
        let environment_id = query.not_empty("environmentId")?.map(str::to_owned);
        Ok(Self { environment_id, status: status.transpose()? })
    }
}

/// List experiments, newest first
#[utoipa::path(
    get, path = "/experiments", tag = "experiments",
    params(Filter, SearchWords, Paging),
    responses((status = 200, description = "A page of experiments", body = Page<Experiment>), ReadErrors)
)]
pub(in crate::routes) async fn list(
    State(services): State<Services>,
    Caller(principal): Caller,
    Params(filter): Params<Filter>,
    Params(SearchWords { search }): Params<SearchWords>,
    Params(page): Params<PageRequest>,
) -> HandlerResult<Json<Page<Experiment>>> {
    let filter = ExperimentFilter {
        environment_id: filter.environment_id.as_deref(),
        status: filter.status,
        search: search.as_ref(),
    };
    Ok(Json(services.experiments(&principal, filter, page).await?))
}

/// Get an experiment
#[utoipa::path(
    get, path = "/experiments/{id}", tag = "experiments",
    params(ExperimentId),
    responses(Resource::<Experiment>, ReadErrors)
)]
pub(in crate::routes) async fn show(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
) -> HandlerResult<Resource<Experiment>> {
    Ok(Resource(services.experiment(&principal, &id).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_environment_id_is_an_error_and_not_all_environments() {
        let read = |query: &str| Filter::from_query(&Query::parse(query));
        assert_eq!(read("environmentId=").err().unwrap().message, "`environmentId` must not be empty");
        assert_eq!(read("environmentId=e").unwrap().environment_id.as_deref(), Some("e"));
        assert_eq!(read("").unwrap().environment_id, None);
    }
}
