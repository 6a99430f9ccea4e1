//! An environment: what is live, what waits, and its history, with the way back to an older version.

use edgewise_api::resources::PublicationStatus;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{opened::OpenedVersion, state::State};
use crate::{
    calls::{History, LoadHistory, Resume, RollBack},
    components::{Connection, Icon, PageHead, Symbol, Toasts},
    html::Html,
    model::{Done, HistoryQuery, links},
    pages::loaded::Loaded,
    problem::Problem,
    transport::{Change, Loading},
};

/// The page.
#[component]
pub(crate) fn EnvironmentPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let of_query = |name| query.with(|query| query.get(name).unwrap_or_default());
        HistoryQuery {
            id: params.with(|params| params.get("id").unwrap_or_default()),
            page: of_query("page"),
            version: of_query("version"),
            against: of_query("against"),
        }
    });
    let news = Connection::of_page().news;
    let (resume, roll_back) = (Change::<Resume>::new(), Change::<RollBack>::new());
    // Outside of what is loaded, so that it stays open when that is loaded again.
    let asking = RwSignal::new(false);
    let toasts = Toasts::of_page();
    Effect::new(move || tell(toasts, "Publishing resumed", resume.answer()));
    Effect::new(move || {
        let done = roll_back.answer();
        if matches!(done, Some(Ok(_))) {
            asking.set(false);
        }
        tell(toasts, "Rolled back", done);
    });
    Effect::new(move || {
        asked.track();
        asking.set(false);
    });
    let changes = move || news.get() + resume.count() + roll_back.count();
    let history = Loading::with_news(move || LoadHistory { query: asked.get() }, changes);
    view! {
        <Loaded from=history title="Environment" rows=6 show={move |history: History| {
            let History { environment, status, waiting, opened, versions } = history;
            let (id, live) = (environment.id, status.live_version);
            let query = asked.get_untracked();
            let opened = opened.map(|opened| {
                let id = id.clone();
                view! { <OpenedVersion opened query id live asking roll_back/> }
            });
            let (list, create) = (links::experiments_of(&id), links::new_experiment(&id));
            view! {
                <PageHead title=environment.name above=(links::ENVIRONMENTS, "Environments")>
                    <a class="button" href=list>"Experiments"</a>
                    <a class="button primary" href=create>
                        <Icon symbol=Symbol::Add/> "New experiment"
                    </a>
                </PageHead>
                <State id status resume/>
                {waiting.map(Html::show)}
                {opened}
                {versions.show()}
            }
        }}/>
    }
}

/// Says what became of an action.
fn tell(toasts: Toasts, what: &str, done: Option<Result<Done<PublicationStatus>, Problem>>) {
    match done {
        Some(Ok(done)) => toasts.done(what, &done.publication),
        Some(Err(problem)) => toasts.failed(&problem),
        None => {}
    }
}
