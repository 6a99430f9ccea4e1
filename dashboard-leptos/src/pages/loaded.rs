//! What pages load, and what stands in its place.

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::missing::NotThere;
use crate::{
    components::{Connection, PageHead, ProblemNote, Skeleton},
    problem::Problem,
    transport::{self, Loading},
};

/// Shows what has been loaded, rows that stand in for it until then, and what went wrong instead.
#[component]
pub(super) fn Loaded<T, V>(
    from: Loading<T>,
    /// What the page is called if it cannot be loaded, where this is all of it.
    #[prop(optional)]
    title: Option<&'static str>,
    /// How many rows stand in for it.
    #[prop(default = 4)]
    rows: usize,
    /// How it is shown.
    show: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    let show = move |answer: &str| transport::read(answer).map(|value| show(value).into_any());
    loaded(from.answers(), title, rows, Arc::new(show))
}

/// How an answer is shown.
type Show = Arc<dyn Fn(&str) -> Result<AnyView, Problem> + Send + Sync>;

/// For whatever is loaded.
fn loaded(answers: Resource<String>, title: Option<&'static str>, rows: usize, show: Show) -> AnyView {
    let news = Connection::of_page().news;
    Effect::new(move |before: Option<u32>| {
        let now = news.get();
        let is_without = || answers.get_untracked().is_some_and(|answer| transport::is_none(&answer));
        if before.is_some() && is_without() {
            answers.refetch();
        }
        now
    });
    let shown = move || {
        let show = show.clone();
        Suspend::new(async move { show(&answers.await).unwrap_or_else(|problem| not_loaded(problem, title)) })
    };
    view! { <Transition fallback=move || view! { <Skeleton rows/> }>{shown}</Transition> }.into_any()
}

fn not_loaded(problem: Problem, title: Option<&'static str>) -> AnyView {
    match title {
        Some(_) if problem.is_missing() => view! { <NotThere problem=problem.words()/> }.into_any(),
        Some(title) => view! { <PageHead title/> <ProblemNote problem/> }.into_any(),
        None => view! { <ProblemNote problem/> }.into_any(),
    }
}
