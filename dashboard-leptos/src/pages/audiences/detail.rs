//! The page of an audience, and the page to create one.

use edgewise_api::{
    Revisioned,
    resources::{AudienceRow, Environment},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    draft::{DELETED, Draft},
    editor::AudienceEditor,
    uses::Uses,
};
use crate::{
    calls::{ListEnvironments, LoadAudience, LoadAudienceUses, SaveAudience},
    components::{Connection, Empty, PageHead, Toasts, dynamic, when},
    model::links,
    pages::loaded::Loaded,
    transport::{Change, Loading},
};

/// The placeholder for the id of a new audience.
const NEW: &str = "new";

/// The page of an audience.
#[component]
pub(crate) fn AudiencePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let save = Change::<SaveAudience>::new();
    let toasts = Toasts::from_context();
    Effect::new(move |before: Option<String>| {
        let id = id.get();
        let failed = untrack(|| save.problem()).is_some();
        if failed && before.is_some_and(|before| before != id) {
            // The problem belongs to another audience.
            save.clear();
        }
        id
    });
    Effect::new(move || {
        if let Some(Ok(saved)) = save.response() {
            let is_new = saved.value.revision == 1;
            toasts.success(if is_new { "Audience created" } else { "Audience saved" }, &saved.publication);
        }
    });
    move || {
        let id = id.get();
        if id == NEW {
            view! { <NewAudience save/> }.into_any()
        } else {
            view! { <ExistingAudience id save/> }.into_any()
        }
    }
}

#[component]
fn NewAudience(save: Change<SaveAudience>) -> impl IntoView {
    let query = use_query_map();
    let chosen = query.with_untracked(|query| query.get("environment")).unwrap_or_default();
    let environments = Loading::new(|| ListEnvironments {});
    view! {
        <PageHead title="New audience" parent=(links::AUDIENCES, "Audiences")/>
        <Loaded from=environments render={move |environments: Vec<Environment>| {
            if environments.is_empty() {
                view! {
                    <Empty title="Create an environment first">
                        <p>"An audience belongs to an environment, such as "<code>"prod"</code>"."</p>
                        <a class="button primary" href=links::NEW_ENVIRONMENT.url()>"Create an environment"</a>
                    </Empty>
                }.into_any()
            } else {
                let first = environments.first().map(|environment| environment.id.clone()).unwrap_or_default();
                let is_known = environments.iter().any(|environment| environment.id == chosen);
                let draft = Draft::new(if is_known { chosen.clone() } else { first });
                let environments = environments.into_iter().map(|environment| (environment.id, environment.name)).collect();
                view! { <AudienceEditor save draft environments/> }.into_any()
            }
        }}/>
    }
}

#[component]
fn ExistingAudience(id: String, save: Change<SaveAudience>) -> impl IntoView {
    let updates = Connection::from_context().updates;
    let audience = {
        let id = id.clone();
        Loading::new(move || LoadAudience { id: id.clone() })
    };
    let request = move || LoadAudienceUses { id: id.clone() };
    let uses = Loading::with_updates(request, move || updates.get() + save.count());
    view! {
        <Loaded from=audience title="Audience" render={move |(audience, environment): (Revisioned<AudienceRow>, Environment)| {
            let draft = Draft::of(&audience);
            let deleted = draft.deleted;
            let note = move || deleted.get().then(|| DELETED.note());
            let id = audience.value.id;
            let list = links::audiences(Some(&environment.id), 1);
            view! {
                <PageHead title=draft.saved_name parent=(links::AUDIENCES, "Audiences")>
                    <a class="quiet" href=list>"Environment "<strong>{environment.name}</strong></a>
                </PageHead>
                {dynamic(note)}
                <div class="audience-page">
                    <fieldset class="parts" disabled=deleted>
                        <AudienceEditor save draft uses/>
                    </fieldset>
                    {when(move || !deleted.get(), move || view! { <Uses id=id.clone() uses draft/> }.into_any())}
                </div>
            }
        }}/>
    }
}
