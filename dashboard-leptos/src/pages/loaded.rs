//! Content that pages load.

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::not_found::NotFound;
use crate::{
    components::{Connection, PageHead, ProblemNote, Skeleton},
    problem::Problem,
    transport::{self, Loading, Responses},
};

/// Renders loaded content: placeholder rows until it has been loaded, and the problem if loading fails.
#[component]
pub(super) fn Loaded<T, V>(
    from: Loading<T>,
    /// The page's title if loading fails, for content that is the whole page.
    #[prop(optional)]
    title: Option<&'static str>,
    /// The number of placeholder rows.
    #[prop(default = 4)]
    rows: usize,
    /// Called when content is shown.
    #[prop(optional)]
    on_shown: Option<OnShown>,
    /// Renders the content.
    render: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    let render = move |response: &str| transport::read(response).map(|value| render(value).into_any());
    loaded(from.responses(), title, on_shown, rows, Arc::new(render))
}

/// Called when content is shown.
pub(super) type OnShown = Arc<dyn Fn() + Send + Sync>;

/// Renders a response.
type Render = Arc<dyn Fn(&str) -> Result<AnyView, Problem> + Send + Sync>;

/// Renders any kind of response, so that the code exists once.
fn loaded(
    responses: Responses,
    title: Option<&'static str>,
    on_shown: Option<OnShown>,
    rows: usize,
    render: Render,
) -> AnyView {
    let updates = Connection::from_context().updates;
    Effect::new(move |before: Option<u32>| {
        let now = updates.get();
        let has_no_response =
            || responses.get_untracked().is_some_and(|response| transport::is_missing(&response));
        if before.is_some() && has_no_response() {
            responses.refetch();
        }
        now
    });
    shown(
        responses,
        rows,
        Arc::new(move |response| {
            let content = render(response).unwrap_or_else(|problem| load_error(problem, title));
            if let Some(on_shown) = &on_shown {
                on_shown();
            }
            content
        }),
    )
}

/// Renders the last response.
#[cfg(target_family = "wasm")]
fn shown(responses: Responses, rows: usize, render: Arc<dyn Fn(&str) -> AnyView + Send + Sync>) -> AnyView {
    crate::components::dynamic(move || {
        Some(match responses.get() {
            Some(response) => render(&response),
            None => view! { <Skeleton rows/> }.into_any(),
        })
    })
}

/// Renders the response, once it is there.
#[cfg(not(target_family = "wasm"))]
fn shown(responses: Responses, rows: usize, render: Arc<dyn Fn(&str) -> AnyView + Send + Sync>) -> AnyView {
    let content = move || {
        let render = render.clone();
        Suspend::new(async move { render(&responses.await) })
    };
    view! { <Transition fallback=move || view! { <Skeleton rows/> }>{content}</Transition> }.into_any()
}

fn load_error(problem: Problem, title: Option<&'static str>) -> AnyView {
    match title {
        Some(_) if problem.is_missing() => view! { <NotFound problem=problem.sentence()/> }.into_any(),
        Some(title) => view! { <PageHead title/> <ProblemNote problem/> }.into_any(),
        None => view! { <ProblemNote problem/> }.into_any(),
    }
}
