use leptos::{ev, html, prelude::*, web_sys};

use crate::components::{Icon, Symbol, handle_click, handle_input};

/// The maximum number of chips that are rendered at first.
const MAX_CHIPS: usize = 60;

/// A change of a list of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListInput {
    /// The text after the entered values has changed. What stands before a separator is to be entered.
    Type(String),
    /// The text is to be entered as a value.
    Enter,
    Remove(usize),
    RemoveLast,
}

/// Renders an input for a list of values, which are chips. `words` are the labels of the entered values, and `typing` is the text
/// after them.
pub(crate) fn list(
    class: &'static str,
    placeholder: Signal<&'static str>,
    words: Memo<Vec<String>>,
    typing: Signal<String>,
    change: Callback<ListInput>,
) -> AnyView {
    let show_all = RwSignal::new(false);
    let input = NodeRef::<html::Textarea>::new();
    let chip = move |(index, word): (usize, String)| {
        let label = format!("Remove {word}");
        let remove = move |_| {
            change.run(ListInput::Remove(index));
            if let Some(input) = input.get_untracked() {
                drop(input.focus());
            }
        };
        view! {
            <span class="chip">
                <span>{word}</span>
                <button type="button" aria-label=label on:click=handle_click(remove)><Icon symbol=Symbol::Close/></button>
            </span>
        }
    };
    let visible = move || {
        let mut words = words.get();
        let all = words.len();
        if !show_all.get() {
            words.truncate(MAX_CHIPS);
        }
        let hidden = (words.len() < all).then(|| {
            let show = move |_| show_all.set(true);
            view! { <button type="button" class="button small plain" on:click=handle_click(show)>"Show all " {all}</button> }
        });
        view! { {words.into_iter().enumerate().map(chip).collect_view()} {hidden} }
    };
    // A text area instead of an input, which would join pasted lines.
    let typed = move |event: ev::Event| {
        let target = event_target::<web_sys::HtmlTextAreaElement>(&event);
        let text = target.value();
        change.run(ListInput::Type(text.clone()));
        let rest = typing.get_untracked();
        if rest != text {
            target.set_value(&rest);
        }
    };
    let left = move |_| {
        if !typing.get_untracked().is_empty() {
            change.run(ListInput::Enter);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let is_empty = event_target::<web_sys::HtmlTextAreaElement>(&event).value().is_empty();
        if event.key() == "Backspace" && is_empty {
            event.prevent_default();
            change.run(ListInput::RemoveLast);
        }
    };
    let placeholder = Signal::derive(move || if words.with(Vec::is_empty) { placeholder.get() } else { "" });
    view! {
        <div class=format!("{class} chips")>
            {visible}
            <label>
                <span class="visually-hidden">"Values, each followed by Enter or a comma"</span>
                <textarea
                    rows="1" node_ref=input prop:value=typing placeholder=placeholder
                    autocomplete="off" autocapitalize="off" spellcheck="false"
                    on:input=handle_input(typed) on:blur=left on:keydown=key
                ></textarea>
            </label>
        </div>
    }
    .into_any()
}
