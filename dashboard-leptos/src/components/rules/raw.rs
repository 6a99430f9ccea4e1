use leptos::{ev, prelude::*};

use crate::components::{Icon, Symbol, handle_click};

/// Renders JSON that the editor cannot edit. The JSON is saved unchanged.
pub(super) fn raw_json(
    json: String,
    label: &'static str,
    remove: impl Fn(ev::MouseEvent) + Send + 'static,
) -> AnyView {
    view! {
        <div class="rule-raw">
            <div>
                <p class="quiet">"This editor does not support this format. The JSON is saved unchanged."</p>
                <code>{json}</code>
            </div>
            <button type="button" class="icon-button" aria-label=label on:click=handle_click(remove)>
                <Icon symbol=Symbol::Close/>
            </button>
        </div>
    }
    .into_any()
}
