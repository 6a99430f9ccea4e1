//! What stands around every page: where one can go, and whether the server can be reached.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{Icon, Logo, Symbol, ThemeSwitch, Toaster};
use crate::{
    components::{connection::ConnectionNote, shortcuts::Shortcuts},
    model::links,
};

/// The parts of the dashboard.
const PARTS: [(&str, &str, Symbol); 4] = [
    (links::OVERVIEW, "Overview", Symbol::Overview),
    (links::EXPERIMENTS, "Experiments", Symbol::Experiments),
    (links::AUDIENCES, "Audiences", Symbol::Audiences),
    (links::ENVIRONMENTS, "Environments", Symbol::Environments),
];

/// The frame around a page.
#[component]
pub(crate) fn Frame(children: Children) -> impl IntoView {
    let parts = PARTS.map(|(href, name, symbol)| {
        view! {
            <li>
                <A href=href exact={href == links::OVERVIEW}>
                    <Icon symbol=symbol/>
                    <span>{name}</span>
                </A>
            </li>
        }
    });
    view! {
        <a class="skip" href="#content">"Skip to the content"</a>
        <div class="frame">
            <header class="side">
                <a class="brand" href=links::OVERVIEW><Logo/> <span>"Edgewise"</span></a>
                <nav aria-label="Dashboard"><ul>{parts.into_iter().collect_view()}</ul></nav>
                <div class="side-foot">
                    <a href=links::API_DOCUMENTATION rel="external">"API"</a>
                    <Shortcuts/>
                    <ThemeSwitch/>
                </div>
            </header>
            <main id="content" tabindex="-1">
                <ConnectionNote/>
                {children()}
            </main>
        </div>
        <Toaster/>
    }
}

/// The head of a page: its title, where it stands, and what can be done with all of it.
#[component]
pub(crate) fn PageHead(
    #[prop(into)] title: Signal<String>,
    /// The page above, as a URL and a name.
    #[prop(optional)]
    above: Option<(&'static str, &'static str)>,
    /// Actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    name_document(title);
    view! {
        <header class="page-head">
            <div>
                {above.map(|(href, name)| view! {
                    <a class="above" href=href><Icon symbol=Symbol::Left/> {name}</a>
                })}
                <h1>{title}</h1>
            </div>
            <div class="actions">{children.map(|children| children())}</div>
        </header>
    }
}

/// Names the browser's tab after a page.
#[cfg(target_family = "wasm")]
fn name_document(title: Signal<String>) {
    Effect::new(move || document().set_title(&full(&title.get())));
}

/// Names the document after a page.
#[cfg(not(target_family = "wasm"))]
fn name_document(title: Signal<String>) {
    use leptos_meta::{Title, TitleProps};

    drop(Title(TitleProps::builder().text(full(&title.get_untracked())).build()));
}

fn full(title: &str) -> String {
    format!("{title} · Edgewise")
}
