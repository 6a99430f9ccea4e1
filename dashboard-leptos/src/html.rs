//! What is only looked at.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// HTML that the server has rendered, of what is only looked at. Browsers show it as it is, so that they need no code for it, nor
/// for what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Html(String);

impl Html {
    /// That of a view. Texts in it are escaped, as in all views.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn of(view: impl IntoView) -> Self {
        Self(view.into_view().to_html())
    }

    /// As part of a page.
    pub(crate) fn show(self) -> impl IntoView {
        view! { <div class="rendered" inner_html=self.0></div> }
    }
}
