//! The frame around every page, and the header of a page.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{Icon, Logo, Symbol, ThemeSwitch, Toaster};
use crate::{
    components::{connection::ConnectionNote, shortcuts::Shortcuts},
    model::links,
};

/// The sections of the navigation: URL, name and icon.
const SECTIONS: [(&str, &str, Symbol); 4] = [
    (links::OVERVIEW, "Overview", Symbol::Overview),
    (links::EXPERIMENTS, "Experiments", Symbol::Experiments),
    (links::AUDIENCES, "Audiences", Symbol::Audiences),
    (links::ENVIRONMENTS, "Environments", Symbol::Environments),
];

/// The frame around a page.
#[component]
pub(crate) fn Frame(children: Children) -> impl IntoView {
    let sections = SECTIONS.map(|(href, name, symbol)| {
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
        <a class="skip" href="#content">"Skip to content"</a>
        <div class="frame">
            <header class="side">
                <a class="brand" href=links::OVERVIEW><Logo/> <span>"Edgewise"</span></a>
                <nav aria-label="Dashboard"><ul>{sections.into_iter().collect_view()}</ul></nav>
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

/// The header of a page: its title, a link to its parent page, and its actions.
#[component]
pub(crate) fn PageHead(
    #[prop(into)] title: Signal<String>,
    /// URL and name of the parent page.
    #[prop(optional)]
    parent: Option<(&'static str, &'static str)>,
    /// Buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    set_document_title(title);
    view! {
        <header class="page-head">
            <div>
                {parent.map(|(href, name)| view! {
                    <a class="above" href=href><Icon symbol=Symbol::Left/> {name}</a>
                })}
                <h1>{title}</h1>
            </div>
            <div class="actions">{children.map(|children| children())}</div>
        </header>
    }
}

/// Sets the title of the browser's tab.
#[cfg(target_family = "wasm")]
fn set_document_title(title: Signal<String>) {
    Effect::new(move || document().set_title(&document_title(&title.get())));
}

/// Sets the title of the document.
#[cfg(not(target_family = "wasm"))]
fn set_document_title(title: Signal<String>) {
    use leptos_meta::{Title, TitleProps};

    drop(Title(TitleProps::builder().text(document_title(&title.get_untracked())).build()));
}

fn document_title(title: &str) -> String {
    format!("{title} · Edgewise")
}
