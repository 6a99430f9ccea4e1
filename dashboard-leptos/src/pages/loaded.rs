//! Content that pages load.

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::not_found::NotFound;
use crate::{
    components::{Connection, PageHead, ProblemNote, Skeleton, announce_selected},
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
    /// What the query of the URL selects, such as `Experiments, page 2`. Announced to screen readers when the content of
    /// another query is shown: the path, which announces the page itself, is the same.
    #[prop(optional, into)]
    selected: Option<Signal<String>>,
    /// Renders the content.
    render: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    let render = move |response: &str| transport::read(response).map(|value| render(value).into_any());
    loaded(from.responses(), title, selected, rows, Arc::new(render))
}

/// Renders a response.
type Render = Arc<dyn Fn(&str) -> Result<AnyView, Problem> + Send + Sync>;

/// Renders any kind of response, so that the code exists once.
fn loaded(
    responses: Responses,
    title: Option<&'static str>,
    selected: Option<Signal<String>>,
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
    let selection = selected.map(Selection::new);
    shown(
        responses,
        rows,
        Arc::new(move |response| {
            let content = render(response).unwrap_or_else(|problem| load_error(problem, title));
            if let Some(selection) = selection {
                selection.announce();
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

/// What the query of the URL selects, until it is announced.
#[derive(Clone, Copy)]
struct Selection {
    words: Signal<String>,
    /// Whether the query has changed since the last announcement. The page announces the first query itself.
    is_new: StoredValue<bool>,
}

impl Selection {
    fn new(words: Signal<String>) -> Self {
        let is_new = StoredValue::new(false);
        Effect::new(move |before: Option<()>| {
            words.track();
            is_new.set_value(before.is_some());
        });
        Self { words, is_new }
    }

    /// Announces the content that is shown next, if the query is new.
    fn announce(self) {
        if self.is_new.try_update_value(std::mem::take).unwrap_or_default()
            && let Some(words) = self.words.try_get_untracked()
        {
            announce_selected(&words);
        }
    }
}

fn load_error(problem: Problem, title: Option<&'static str>) -> AnyView {
    match title {
        Some(_) if problem.is_missing() => view! { <NotFound problem=problem.sentence()/> }.into_any(),
        Some(title) => view! { <PageHead title/> <ProblemNote problem/> }.into_any(),
        None => view! { <ProblemNote problem/> }.into_any(),
    }
}
