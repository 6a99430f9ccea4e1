use leptos::prelude::*;

use super::{Icon, Symbol};

/// A button that switches between light and dark. A cookie stores the theme, so that the server renders it.
#[component]
pub(crate) fn ThemeSwitch() -> impl IntoView {
    let switch = move |_| {
        #[cfg(target_family = "wasm")]
        switch();
    };
    view! {
        <button type="button" class="icon-button theme-switch needs-script" aria-label="Switch between light and dark" on:click=switch>
            <Icon symbol=Symbol::Sun/>
            <Icon symbol=Symbol::Moon/>
        </button>
    }
}

#[cfg(target_family = "wasm")]
fn switch() {
    use leptos::web_sys::wasm_bindgen::JsCast;

    use crate::model::links;

    let Some(root) = document().document_element() else { return };
    let is_dark = root.get_attribute("data-theme").map_or_else(
        || {
            let dark = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
            dark.is_some_and(|dark| dark.matches())
        },
        |theme| theme == "dark",
    );
    let theme = if is_dark { "light" } else { "dark" };
    if let Some(document) = document().dyn_ref::<leptos::web_sys::HtmlDocument>() {
        let path = links::OVERVIEW.url();
        drop(document.set_cookie(&format!("theme={theme}; path={path}; max-age=31536000; samesite=lax")));
    }
    drop(root.set_attribute("data-theme", theme));
}
