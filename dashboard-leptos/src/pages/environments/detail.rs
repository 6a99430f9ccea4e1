//! The page of an environment, or to create one. The page of an environment shows the live version, unpublished changes, the history and rollbacks.

use edgewise_api::{Outcome, resources::PublicationStatus};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{new::new_environment, opened::OpenedVersion, state::State};
use crate::{
    calls::{CreateEnvironment, History, LoadHistory, Resume, RetryPublishing, RollBack},
    components::{Connection, Icon, PageHead, Symbol, Toasts, Tone, dynamic, effect, flag},
    html::Html,
    model::{HistoryQuery, links},
    pages::{loaded::Loaded, navigation::navigator, publish_waiting::report_retry, selection::announcing},
    parts::later,
    problem::Problem,
    transport::{Change, Loading},
};

/// The placeholder for the id of a new environment.
const NEW: &str = "new";

/// The page of an environment, or to create one: the same page, so that it can say that the environment was created.
#[component]
pub(crate) fn EnvironmentPage() -> impl IntoView {
    let params = use_params_map();
    let is_new = flag(move || params.with(|params| params.get("id").is_some_and(|id| id == NEW)));
    let create = Change::<CreateEnvironment>::new();
    let toasts = Toasts::from_context();
    effect(move || {
        if let Some(Ok(environment)) = create.response() {
            toasts.show(Tone::Good, format!("Environment {} created", environment.name));
        }
    });
    dynamic(move || {
        Some(match is_new.get() {
            true => later("new", new_environment(create)),
            false => view! { <ExistingEnvironment/> }.into_any(),
        })
    })
}

#[component]
fn ExistingEnvironment() -> impl IntoView {
    let (params, parameters) = (use_params_map(), use_query_map());
    let query = Memo::new(move |_| {
        let parameter = |name| parameters.with(|parameters| parameters.get(name).unwrap_or_default());
        HistoryQuery {
            id: params.with(|params| params.get("id").unwrap_or_default()),
            page: parameter("page"),
            version: parameter("version"),
            against: parameter("against"),
        }
    });
    let updates = Connection::from_context().updates;
    let (resume, roll_back) = (Change::<Resume>::new(), Change::<RollBack>::new());
    let retry = Change::<RetryPublishing>::new();
    // Kept outside of the loaded content, so that the dialogs stay open when the content is loaded again.
    let (confirming, confirming_publishing) = (RwSignal::new(false), RwSignal::new(false));
    let replace = navigator(true);
    let toasts = Toasts::from_context();
    Effect::new(move || {
        let result = resume.response();
        if matches!(result, Some(Ok(_))) {
            confirming_publishing.set(false);
        }
        report(toasts, "Publishing resumed", result);
    });
    Effect::new(move || {
        let result = roll_back.response();
        if matches!(result, Some(Ok(_))) {
            confirming.set(false);
            // What the version would change is done.
            replace(&query.get_untracked().without_version());
        }
        report(toasts, "Rolled back", result);
    });
    Effect::new(move || report_retry(toasts, retry.response()));
    Effect::new(move || {
        query.track();
        confirming.set(false);
    });
    let publishing =
        Signal::derive(move || resume.pending().get() || roll_back.pending().get() || retry.pending().get());
    let changes = move || updates.get() + resume.count() + roll_back.count() + retry.count();
    let history = Loading::with_updates(move || LoadHistory { query: query.get() }, changes);
    let selected = Signal::derive(move || query.with(HistoryQuery::selected));
    view! {
        <Loaded from=history title="Environment" rows=6 on_shown=announcing(selected) render={move |history: History| {
            let History { environment, status, unpublished, opened, versions } = history;
            let (id, live) = (environment.id, status.live_version);
            let query = query.get_untracked();
            let opened = opened.map(|opened| {
                let id = id.clone();
                view! { <OpenedVersion opened query id live confirming roll_back/> }
            });
            let (list, create) = (links::experiments_of(&id), links::new_experiment(&id));
            view! {
                <PageHead title=environment.name parent=(links::ENVIRONMENTS, "Environments")>
                    <a class="button" href=list>"Experiments"</a>
                    <a class="button primary" href=create>
                        <Icon symbol=Symbol::Add/> "New experiment"
                    </a>
                </PageHead>
                <State id status resume retry publishing confirming=confirming_publishing/>
                {unpublished.map(Html::view)}
                {opened}
                {versions.view()}
            }
        }}/>
    }
}

/// Reports the result of an action.
fn report(toasts: Toasts, what: &str, result: Option<Result<Outcome<PublicationStatus>, Problem>>) {
    match result {
        Some(Ok(changed)) => toasts.success(what, &changed.publication),
        Some(Err(problem)) => toasts.error(&problem),
        None => {}
    }
}
