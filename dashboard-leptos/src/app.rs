//! The document, the frame around pages, and the list of all pages.

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    components::{Connection, Frame, Toasts},
    pages::{
        AudiencePage, Audiences, EnvironmentPage, Environments, ExperimentPage, Experiments, Missing,
        NewExperiment, Overview,
    },
};

/// The document that the server sends.
#[cfg(not(target_family = "wasm"))]
#[component]
pub(crate) fn Document() -> impl IntoView {
    use leptos_meta::MetaTags;

    use crate::{components::ICON, server};

    server::protect();
    let nonce = use_nonce();
    let loading = server::links().map(|links| {
        let start =
            format!("import init from {:?};\ninit({{ module_or_path: {:?} }});", links.script, links.module);
        view! {
            <link rel="stylesheet" href=links.style/>
            <link rel="preload" href=links.module r#as="fetch" type="application/wasm" crossorigin=""/>
            <link rel="modulepreload" href=links.script nonce=nonce.clone()/>
            <script type="module" nonce=nonce>{start}</script>
        }
    });
    let unbuilt = loading.is_none().then(|| {
        view! {
            <p>
                "The dashboard's styles and scripts have not been built. Start Edgewise with "
                <code>"cargo xtask run"</code>", or run "<code>"cargo xtask dashboard"</code>" and build it again."
            </p>
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=server::theme()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href=ICON/>
                {loading}
                <MetaTags/>
            </head>
            // The browser takes over from the first node on.
            <body><App/> {unbuilt}</body>
        </html>
    }
}

/// All pages, in their frame.
#[component]
pub(crate) fn App() -> impl IntoView {
    #[cfg(not(target_family = "wasm"))]
    leptos_meta::provide_meta_context();
    provide_context(Toasts::default());
    Connection::provide();
    view! {
        <Router>
            <Frame>
                // Pages are sent whole, so that they can be read without scripts, and nothing moves once they are shown.
                <FlatRoutes fallback=Missing>
                    <Route path=path!("/") view=Overview ssr=SsrMode::Async/>
                    <Route path=path!("/experiments") view=Experiments ssr=SsrMode::Async/>
                    <Route path=path!("/experiments/new") view=NewExperiment ssr=SsrMode::Async/>
                    <Route path=path!("/experiments/:id") view=ExperimentPage ssr=SsrMode::Async/>
                    <Route path=path!("/audiences") view=Audiences ssr=SsrMode::Async/>
                    // `new` stands for one that is not there yet.
                    <Route path=path!("/audiences/:id") view=AudiencePage ssr=SsrMode::Async/>
                    <Route path=path!("/environments") view=Environments ssr=SsrMode::Async/>
                    <Route path=path!("/environments/:id") view=EnvironmentPage ssr=SsrMode::Async/>
                </FlatRoutes>
            </Frame>
        </Router>
    }
}
