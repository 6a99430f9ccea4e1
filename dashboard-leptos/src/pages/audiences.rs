//! The audiences of all environments, or of the one that the URL names.

use edgewise_api::resources::Environment;
use leptos::{ev, prelude::*};
use leptos_router::hooks::{use_navigate, use_query_map};

use super::Loaded;
use crate::{
    calls::{ListEnvironments, Loading, ShowAudiences},
    components::{Connection, Icon, PageHead, Symbol},
    html::Html,
};

/// The page.
#[component]
pub(crate) fn Audiences() -> impl IntoView {
    let news = Connection::of_page().news;
    let query = use_query_map();
    let environment = Memo::new(move |_| {
        query.with(|query| query.get("environment")).filter(|environment| !environment.is_empty())
    });
    let page = Memo::new(move |_| {
        let page = query.with(|query| query.get("page")).and_then(|page| page.parse::<u64>().ok());
        page.unwrap_or(1).clamp(1, 1_000_000)
    });
    let environments = Loading::new(|| ListEnvironments {});
    let asked = move || ShowAudiences { environment_id: environment.get(), page: page.get() };
    let audiences = Loading::with_news(asked, move || news.get());
    let new = move || url("/audiences/new", environment.get().as_deref(), 1);
    view! {
        <PageHead title="Audiences">
            <a class="button primary" href=new><Icon symbol=Symbol::Add/> "New audience"</a>
        </PageHead>
        <Loaded from=environments rows=1 show={move |environments: Vec<Environment>| {
            view! { <Filter environments chosen=environment.into()/> }
        }}/>
        <Loaded from=audiences show=Html::show/>
    }
}

/// Chooses the environment whose audiences are listed.
#[component]
fn Filter(environments: Vec<Environment>, chosen: Signal<Option<String>>) -> impl IntoView {
    let navigate = use_navigate();
    let choose = move |event: ev::Event| {
        let id = event_target_value(&event);
        let chosen = (!id.is_empty()).then_some(id.as_str());
        navigate(&url("/audiences", chosen, 1), Default::default());
    };
    let first = chosen.get_untracked().unwrap_or_default();
    let options: Vec<_> = environments
        .into_iter()
        .map(|environment| {
            let selected = environment.id == first;
            view! { <option value=environment.id selected=selected>{environment.name}</option> }
        })
        .collect();
    view! {
        <form class="audience-filter" method="get" action="/audiences">
            <label>
                <span>"Environment"</span>
                <select name="environment" autocomplete="off" prop:value=move || chosen.get().unwrap_or_default() on:change=choose>
                    <option value="">"All"</option>
                    {options}
                </select>
            </label>
            <button type="submit" class="button without-script">"Show"</button>
        </form>
    }
}

/// The URL of a page of a list.
pub(crate) fn url(path: &str, environment: Option<&str>, page: u64) -> String {
    let mut url = path.to_owned();
    let mut mark = '?';
    if let Some(environment) = environment {
        url.push(mark);
        url.push_str("environment=");
        // An id has nothing that means anything in a URL; whatever else stood there is no id.
        url.extend(
            environment.chars().filter(|character| character.is_ascii_alphanumeric() || *character == '-'),
        );
        mark = '&';
    }
    if page > 1 {
        url.push(mark);
        url.push_str("page=");
        url.push_str(&page.to_string());
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_and_page_stand_in_the_url() {
        assert_eq!(url("/audiences", None, 1), "/audiences");
        assert_eq!(url("/audiences", None, 2), "/audiences?page=2");
        assert_eq!(url("/audiences", Some("e-1"), 3), "/audiences?environment=e-1&page=3");
        assert_eq!(url("/audiences/new", Some("a&b=#"), 1), "/audiences/new?environment=ab");
    }
}
