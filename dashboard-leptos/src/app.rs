//! The document and the frame around pages.

use leptos::prelude::*;
use leptos_router::components::Router;

use crate::{
    base::base,
    components::{Connection, Frame, Toasts},
    pages::provide_back_guard,
    routes::page_routes,
};

/// The HTML document that the server sends.
#[cfg(not(target_family = "wasm"))]
#[component]
pub(crate) fn Document() -> impl IntoView {
    use leptos_meta::MetaTags;

    use crate::{components::ICON, model::links::url, routes::parts_of_page, server::context};

    context::set_security_headers();
    let nonce = use_nonce();
    let loading = context::links().map(|links| {
        let (style, script, module) = (url(links.style), url(links.script), url(links.module));
        // What the page needs first is loaded together with the module.
        let part = parts_of_page(&context::path()).next();
        let start = format!("{}{}({script:?}, {module:?}, {:?});", add_slash(), early(), part.as_slice());
        let parts = links.parts.iter().filter(|(name, _)| Some(*name) == part).flat_map(|(_, files)| *files);
        let parts = parts.map(|file| preload(url(file))).collect_view();
        view! {
            <script nonce=nonce.clone()>{start}</script>
            <link rel="stylesheet" href=style/>
            {preload(module)}
            <link rel="modulepreload" href=script nonce=nonce/>
            {parts}
        }
    });
    let build_hint = loading.is_none().then(|| {
        view! {
            <p>
                "The dashboard's styles and scripts have not been built. Start Edgewise with "
                <code>"cargo xtask run"</code>", or run "<code>"cargo xtask dashboard"</code>" and build Edgewise again."
            </p>
        }
    });
    view! {
        <!DOCTYPE html>
        // The script removes `data-plain`, so that a page whose scripts do not run shows what works without them.
        <html lang="en" data-plain="" data-theme=context::theme() data-base=Some(base()).filter(|base| !base.is_empty())>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href=ICON/>
                {loading}
                <MetaTags/>
            </head>
            // The browser replaces the container, and nothing else.
            <body><div id="dashboard"><App/></div> {build_hint}</body>
        </html>
    }
}

/// Returns the link by which the browser loads a part of the module before a script asks for it.
#[cfg(not(target_family = "wasm"))]
fn preload(file: String) -> impl IntoView {
    view! { <link rel="preload" href=file r#as="fetch" type="application/wasm" crossorigin=""/> }
}

/// Returns the script that holds what a person does before the page works, and loads the rest: a function of the URLs of
/// `browser/start.js` and of the module, and of the names of the parts that the page needs.
#[cfg(not(target_family = "wasm"))]
fn early() -> &'static str {
    static EARLY: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let lines = include_str!("../browser/early.js").lines().map(str::trim);
        lines.filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join("\n")
    });
    EARLY.trim_end()
}

/// Returns the script that adds a slash to the URL of the base: the router knows the overview with the slash alone, and not
/// every proxy redirects there.
#[cfg(not(target_family = "wasm"))]
fn add_slash() -> String {
    let base = base();
    if base.is_empty() {
        return String::new();
    }
    format!(
        "if (location.pathname === {base:?}) history.replaceState(null, \"\", {:?} + location.search + location.hash);\n",
        format!("{base}/")
    )
}

/// The application: all pages in their frame.
#[component]
pub(crate) fn App() -> impl IntoView {
    #[cfg(not(target_family = "wasm"))]
    leptos_meta::provide_meta_context();
    provide_context(Toasts::default());
    Connection::provide();
    provide_back_guard();
    view! {
        <Router base=base()>
            <Frame>{page_routes()}</Frame>
        </Router>
    }
}
