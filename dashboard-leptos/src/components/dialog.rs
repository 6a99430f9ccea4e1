use leptos::{html, prelude::*};

use super::{Icon, Symbol};

/// A modal dialog. Esc closes it.
#[component]
pub(crate) fn Dialog(
    /// Whether the dialog is open. Set to `false` when it is closed.
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let (Some(dialog), open) = (dialog.get(), open.get()) else { return };
        if open && !dialog.open() {
            // `show_modal` fails only for elements outside of the document.
            drop(dialog.show_modal());
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog class="dialog" node_ref=dialog on:close=move |_| open.set(false) aria-label=title>
            <header>
                <h2>{title}</h2>
                <button type="button" class="icon-button" aria-label="Close" on:click=move |_| open.set(false)>
                    <Icon symbol=Symbol::Close/>
                </button>
            </header>
            {children()}
        </dialog>
    }
}
