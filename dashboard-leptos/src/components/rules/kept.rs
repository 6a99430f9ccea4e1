use leptos::{ev, prelude::*};

use crate::components::{Icon, Symbol};

/// What cannot be edited here, and stays as it is.
pub(super) fn kept(json: String, label: &'static str, remove: impl Fn(ev::MouseEvent) + 'static) -> AnyView {
    view! {
        <div class="rule-kept">
            <div>
                <p class="quiet">"This has a form that cannot be edited here. It stays as it is."</p>
                <code>{json}</code>
            </div>
            <button type="button" class="icon-button" aria-label=label on:click=remove>
                <Icon symbol=Symbol::Close/>
            </button>
        </div>
    }
    .into_any()
}
