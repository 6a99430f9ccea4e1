use leptos::prelude::*;

use super::{Icon, Symbol};

/// A button that changes the theme: the system's, light or dark. A cookie stores the theme, so that the server renders it.
#[component]
pub(crate) fn ThemeSwitch() -> impl IntoView {
    let theme = RwSignal::new(current());
    let change = move |_| {
        #[cfg(target_family = "wasm")]
        theme.set(script::change(&crate::model::links::OVERVIEW.url()));
    };
    let label = move || {
        let theme = theme.get();
        format!("Theme: {}. Change the theme", if theme.is_empty() { "the system's" } else { &theme })
    };
    view! {
        <button type="button" class="icon-button theme-switch needs-script" aria-label=label title=label on:click=change>
            <Icon symbol=Symbol::System/>
            <Icon symbol=Symbol::Sun/>
            <Icon symbol=Symbol::Moon/>
        </button>
    }
}

/// Returns the theme that the reader selected, `light` or `dark`. Empty for the system's theme.
fn current() -> String {
    #[cfg(target_family = "wasm")]
    let theme = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    #[cfg(not(target_family = "wasm"))]
    let theme = crate::server::context::theme().map(str::to_owned);
    theme.unwrap_or_default()
}

#[cfg(target_family = "wasm")]
mod script {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(module = "/src/components/theme.js")]
    extern "C" {
        pub(super) fn change(path: &str) -> String;
    }
}
