//! HTML that only the server renders.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// HTML that the server rendered and that the browser inserts unchanged. The browser needs no code for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Html(String);

impl Html {
    /// Renders a view. Texts are escaped, as in all views.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn render(view: impl IntoView) -> Self {
        Self(view.into_view().to_html())
    }

    /// Returns no HTML: what the browser has instead of HTML for readers without scripts.
    #[cfg(target_family = "wasm")]
    pub(crate) const fn none() -> Self {
        Self(String::new())
    }

    /// Returns a view that inserts the HTML.
    pub(crate) fn view(self) -> impl IntoView {
        view! { <div class="rendered" inner_html=self.0></div> }
    }
}
