//! An audience: its rules, and where it is used; and making one.

use edgewise_api::resources::{AudienceRow, Environment};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    editor::{AudienceEditor, Draft},
    uses::Uses,
};
use crate::{
    calls::{ListEnvironments, LoadAudience, LoadAudienceUses, SaveAudience},
    components::{Connection, Empty, PageHead, Toasts},
    model::{Kept, Rules, links},
    pages::loaded::Loaded,
    transport::{Change, Loading},
};

/// What stands for the id of one that is not there yet.
const NEW: &str = "new";

/// The page.
#[component]
pub(crate) fn AudiencePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let save = Change::<SaveAudience>::new();
    let toasts = Toasts::of_page();
    Effect::new(move |before: Option<String>| {
        let id = id.get();
        let failed = untrack(|| save.problem()).is_some();
        if failed && before.is_some_and(|before| before != id) {
            // That was about another one.
            save.clear();
        }
        id
    });
    Effect::new(move || {
        if let Some(Ok(done)) = save.answer() {
            let is_new = done.value.revision == 1;
            toasts.done(if is_new { "Audience created" } else { "Audience saved" }, &done.publication);
        }
    });
    move || {
        let id = id.get();
        if id == NEW {
            view! { <NewAudience save/> }.into_any()
        } else {
            view! { <ThatAudience id save/> }.into_any()
        }
    }
}

#[component]
fn NewAudience(save: Change<SaveAudience>) -> impl IntoView {
    let query = use_query_map();
    let chosen = query.with_untracked(|query| query.get("environment")).unwrap_or_default();
    let environments = Loading::new(|| ListEnvironments {});
    view! {
        <PageHead title="New audience" above=(links::AUDIENCES, "Audiences")/>
        <Loaded from=environments show={move |environments: Vec<Environment>| {
            if environments.is_empty() {
                view! {
                    <Empty title="Create an environment first">
                        <p>"An audience belongs to an environment, such as "<code>"prod"</code>"."</p>
                        <a class="button primary" href=links::ENVIRONMENTS>"Create an environment"</a>
                    </Empty>
                }.into_any()
            } else {
                let choice = environments.into_iter().map(|environment| (environment.id, environment.name)).collect();
                view! { <AudienceEditor save draft=Draft::new() choice chosen=chosen.clone()/> }.into_any()
            }
        }}/>
    }
}

#[component]
fn ThatAudience(id: String, save: Change<SaveAudience>) -> impl IntoView {
    let news = Connection::of_page().news;
    let audience = {
        let id = id.clone();
        Loading::new(move || LoadAudience { id: id.clone() })
    };
    let asked = move || LoadAudienceUses { id: id.clone() };
    let uses = Loading::with_news(asked, move || news.get() + save.count());
    // What somebody keeps of their own when they load what somebody else saved.
    let begun = StoredValue::new(None::<(String, Rules)>);
    let reload = Callback::new(move |kept| {
        begun.set_value(kept);
        save.clear();
        audience.reload();
    });
    view! {
        <Loaded from=audience title="Audience" show={move |(audience, environment): (Kept<AudienceRow>, Environment)| {
            let begun = begun.try_update_value(Option::take).flatten();
            let draft = Draft::of(&audience, begun);
            let id = audience.value.id;
            let list = links::audiences(Some(&environment.id), 1);
            view! {
                <PageHead title=draft.saved_name above=(links::AUDIENCES, "Audiences")>
                    <a class="quiet" href=list>"Environment "<strong>{environment.name}</strong></a>
                </PageHead>
                <div class="audience-page">
                    <AudienceEditor save draft uses reload/>
                    <Uses id uses draft/>
                </div>
            }
        }}/>
    }
}
