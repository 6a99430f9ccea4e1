use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use crate::{
    calls::control::{ExperimentFilter, ExperimentQuery},
    model::List,
    rendered::experiments,
    server::context::with_services,
};
use crate::{html::Html, problem::Problem, transport::Read};

/// Experiments per page of the list.
#[cfg(not(target_family = "wasm"))]
const PAGE_ROWS: u64 = 25;

/// Renders a page of the list of experiments. `query` is the query string of the list's URL, with its `?`.
#[server(prefix = "/-", endpoint = "experiments", protocol = Read)]
pub(crate) async fn render_experiments(query: String) -> Result<Html, Problem> {
    use edgewise_api::{page::PageRequest, query::Query, search::Search};

    with_services(async |services, principal| {
        let parameters = Query::parse(query.strip_prefix('?').unwrap_or(&query));
        let list = List::of(|name| parameters.optional(name).ok().flatten().map(str::to_owned));
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let search = Search::parse(&list.text)?;
        let filter = ExperimentFilter {
            environment_id: some(&list.environment),
            status: list.status,
            search: search.as_ref(),
        };
        let wanted = ExperimentQuery { filter, sort: list.sort, descending: list.descending };
        let found =
            services.find_experiments(&principal, wanted, PageRequest::of(list.page, PAGE_ROWS)).await?;
        Ok(experiments::list(list, found))
    })
    .await
}
