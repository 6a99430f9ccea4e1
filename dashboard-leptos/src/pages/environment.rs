//! An environment: what is live, and its history.

use edgewise_api::resources::Environment;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::Loaded;
use crate::{
    calls::{self, Kept},
    components::PageHead,
};

/// The page.
#[component]
pub(crate) fn EnvironmentPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let environment = Resource::new(move || id.get(), calls::load_environment);
    view! {
        <Loaded from=environment show={|environment: Kept<Environment>| {
            let name = environment.value.name;
            view! { <PageHead title=name.clone() above=("/environments", "Environments")/> }
        }}/>
    }
}
