//! The frame around every page, and the header of a page.

use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;

use super::{Icon, Logo, Symbol, ThemeSwitch, Toaster};
use crate::{
    components::{note::ConnectionNote, shortcuts::Shortcuts, time::keep_ages},
    model::links,
};

/// The sections of the navigation: page, name and icon.
const SECTIONS: [(links::Page, &str, Symbol); 4] = [
    (links::OVERVIEW, "Overview", Symbol::Overview),
    (links::EXPERIMENTS, "Experiments", Symbol::Experiments),
    (links::AUDIENCES, "Audiences", Symbol::Audiences),
    (links::ENVIRONMENTS, "Environments", Symbol::Environments),
];

/// The frame around a page.
#[component]
pub(crate) fn Frame(children: Children) -> impl IntoView {
    let path = use_location().pathname;
    keep_ages();
    let sections = SECTIONS.map(|(page, name, symbol)| {
        let url = page.url();
        let section = url.clone();
        let current = move || path.with(|path| is_within(path, &section)).then_some("page");
        view! {
            <li>
                <a href=url aria-current=current>
                    <Icon symbol=symbol/>
                    <span>{name}</span>
                </a>
            </li>
        }
    });
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <div class="frame">
            <header class="side">
                <a class="brand" href=links::OVERVIEW.url()><Logo/> <span>"Edgewise"</span></a>
                <nav aria-label="Dashboard"><ul>{sections.into_iter().collect_view()}</ul></nav>
                <div class="side-foot">
                    <a href=links::API_DOCUMENTATION.url() rel="external">"API"</a>
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
        <p class="visually-hidden" role="status" id="selected"></p>
    }
}

/// Returns whether a path is the path of a section, or of a page within the section.
fn is_within(path: &str, section: &str) -> bool {
    path.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The header of a page: its title, a link to its parent page, and its actions.
#[component]
pub(crate) fn PageHead(
    #[prop(into)] title: Signal<String>,
    /// The parent page and its name.
    #[prop(optional)]
    parent: Option<(links::Page, &'static str)>,
    /// Buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    set_document_title(title);
    let heading = NodeRef::<html::H1>::new();
    announce(heading);
    view! {
        <header class="page-head">
            <div>
                {parent.map(|(page, name)| view! {
                    <a class="above" href=page.url()><Icon symbol=Symbol::Left/> {name}</a>
                })}
                <h1 tabindex="-1" node_ref=heading>{title}</h1>
            </div>
            <div class="actions">{children.map(|children| children())}</div>
        </header>
    }
}

/// Moves the focus to the heading, if the path is another one than before. A change of the query, such as a filter of a list,
/// keeps the focus.
#[cfg(target_family = "wasm")]
fn announce(heading: NodeRef<html::H1>) {
    let path = use_location().pathname;
    Effect::new(move || {
        if let Some(heading) = heading.get() {
            script::announce(&heading, &path.get_untracked());
        }
    });
}

#[cfg(not(target_family = "wasm"))]
fn announce(_: NodeRef<html::H1>) {}

/// Announces what the query of the URL selects to screen readers, once the content that was rendered last is shown. `words`
/// are such as `Experiments, page 2`; the range of the page is added.
#[cfg(target_family = "wasm")]
pub(crate) fn announce_selected(words: &str) {
    script::announce_selected(words);
}

/// Does nothing on the server, where a page is rendered once.
#[cfg(not(target_family = "wasm"))]
pub(crate) const fn announce_selected(_: &str) {}

#[cfg(target_family = "wasm")]
mod script {
    use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

    #[wasm_bindgen(module = "/src/components/frame.js")]
    extern "C" {
        pub(super) fn announce(heading: &JsValue, path: &str);

        #[wasm_bindgen(js_name = announceSelected)]
        pub(super) fn announce_selected(words: &str);
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
