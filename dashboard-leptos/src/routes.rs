//! The table of routes.

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route},
    path,
};

use crate::pages::{
    AudiencePage, Audiences, EnvironmentPage, Environments, ExperimentPage, Experiments, NewExperiment,
    NotFoundPage, Overview,
};

/// Returns all routes. Pages are sent complete, so that they are readable without scripts and their layout does not
/// shift. (A plain function: a component would add code in the browser.)
pub(crate) fn page_routes() -> impl IntoView {
    view! {
        <FlatRoutes fallback=NotFoundPage>
            <Route path=path!("/") view=Overview ssr=SsrMode::Async/>
            <Route path=path!("/experiments") view=Experiments ssr=SsrMode::Async/>
            <Route path=path!("/experiments/new") view=NewExperiment ssr=SsrMode::Async/>
            <Route path=path!("/experiments/:id") view=ExperimentPage ssr=SsrMode::Async/>
            <Route path=path!("/audiences") view=Audiences ssr=SsrMode::Async/>
            // The id `new` stands for a new audience.
            <Route path=path!("/audiences/:id") view=AudiencePage ssr=SsrMode::Async/>
            <Route path=path!("/environments") view=Environments ssr=SsrMode::Async/>
            <Route path=path!("/environments/:id") view=EnvironmentPage ssr=SsrMode::Async/>
        </FlatRoutes>
    }
}
