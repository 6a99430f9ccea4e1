use leptos::prelude::*;

use super::{Dialog, Icon, Symbol};

/// The keyboard shortcuts: keys and their actions.
const KEYS: [(&str, &str); 7] = [
    ("/", "Focus the search field"),
    ("g then o", "Go to the overview"),
    ("g then e", "Go to the experiments"),
    ("g then a", "Go to the audiences"),
    ("c", "Create an experiment"),
    ("Esc", "Close a dialog or leave a field"),
    ("?", "Show this list"),
];

/// Handles the keys in [`KEYS`], and lists them in a dialog.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let open = RwSignal::new(false);
    listen(open);
    let keys = KEYS.map(|(key, action)| {
        let parts = key.split(' ').map(|part| {
            if part == "then" {
                view! { <span>" then "</span> }.into_any()
            } else {
                view! { <kbd>{part}</kbd> }.into_any()
            }
        });
        view! { <dt>{parts.collect_view()}</dt><dd>{action}</dd> }
    });
    view! {
        <button type="button" class="icon-button needs-script" aria-label="Keyboard shortcuts" on:click=move |_| open.set(true)>
            <Icon symbol=Symbol::Keyboard/>
        </button>
        <Dialog open=open title="Keyboard shortcuts">
            <dl class="keys">{keys.into_iter().collect_view()}</dl>
        </Dialog>
    }
}

#[cfg(not(target_family = "wasm"))]
fn listen(_: RwSignal<bool>) {}

#[cfg(target_family = "wasm")]
fn listen(help: RwSignal<bool>) {
    use leptos::{
        ev,
        leptos_dom::helpers::window_event_listener,
        web_sys::{HtmlElement, wasm_bindgen::JsCast},
    };

    use crate::model::links;

    let prefix_pressed = StoredValue::new(false);
    let listener = window_event_listener(ev::keydown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let is_typing = target.as_ref().is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
                || element.is_content_editable()
        });
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let key = event.key();
        if is_typing {
            if let (true, Some(element)) = (key == "Escape", target) {
                drop(element.blur());
            }
            return;
        }
        let dialog_open = matches!(document().query_selector("dialog[open]"), Ok(Some(_)));
        if dialog_open {
            return;
        }
        let after_prefix = prefix_pressed.get_value();
        prefix_pressed.set_value(key == "g");
        let to = match (after_prefix, key.as_str()) {
            (true, "o") => Some(links::OVERVIEW),
            (true, "e") => Some(links::EXPERIMENTS),
            (true, "a") => Some(links::AUDIENCES),
            (false, "c") => Some(links::NEW_EXPERIMENT),
            (false, "?") => {
                help.set(true);
                None
            }
            (false, "/") => {
                if let Ok(Some(search)) = document().query_selector("input[type=search]")
                    && let Ok(search) = search.dyn_into::<HtmlElement>()
                {
                    event.prevent_default();
                    drop(search.focus());
                }
                None
            }
            _ => None,
        };
        if let Some(to) = to {
            event.prevent_default();
            click_link(&to.url());
        }
    });
    on_cleanup(move || listener.remove());
}

/// Navigates by a click on a link, so that a page with unsaved changes can ask first.
#[cfg(target_family = "wasm")]
fn click_link(url: &str) {
    use leptos::web_sys::{HtmlElement, wasm_bindgen::JsCast};

    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok());
    let (Some(link), Some(body)) = (link, document().body()) else { return };
    drop(link.set_attribute("href", url));
    drop(body.append_child(&link));
    link.click();
    link.remove();
}
