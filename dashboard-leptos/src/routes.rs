//! The table of routes: which page stands at which path.

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route},
    path,
};

use crate::pages::{
    AudiencePage, Audiences, EnvironmentPage, Environments, ExperimentPage, Experiments, Missing,
    NewExperiment, Overview,
};

/// All pages. They are sent whole, so that they can be read without scripts, and nothing moves once they are shown.
#[component]
pub(crate) fn PageRoutes() -> impl IntoView {
    view! {
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
    }
}
