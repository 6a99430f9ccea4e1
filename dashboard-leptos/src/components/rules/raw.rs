use leptos::{ev, prelude::*};

use crate::components::{Icon, Symbol, handle_click};

/// Renders JSON that the editor cannot edit. The JSON stays as it is while no other rule is changed; the API takes no such rules.
pub(super) fn raw_json(
    json: String,
    label: &'static str,
    remove: impl Fn(ev::MouseEvent) + Send + 'static,
) -> AnyView {
    view! {
        <div class="rule-raw">
            <div>
                <p class="quiet">"This editor does not support this format. Remove it to save other changes of the rules."</p>
                <code>{json}</code>
            </div>
            <button type="button" class="icon-button" aria-label=label on:click=handle_click(remove)>
                <Icon symbol=Symbol::Close/>
            </button>
        </div>
    }
    .into_any()
}
