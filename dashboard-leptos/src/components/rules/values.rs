//! Inputs for the value of a condition: a single value, or a list of values as chips.

use leptos::{ev, html, prelude::*, web_sys};

use crate::{
    components::{Icon, Symbol, dynamic, flag, handle_click, handle_input},
    model::{Condition, Kind, Operand, Rules},
};

/// The maximum number of chips that are rendered at first.
const MAX_CHIPS: usize = 60;

/// The types that can be selected: value, label and kind.
const KINDS: [(&str, &str, Option<Kind>); 5] = [
    ("text", "Text", Some(Kind::Text)),
    ("number", "Number", Some(Kind::Number)),
    ("boolean", "True/false", Some(Kind::Boolean)),
    ("json", "JSON", Some(Kind::Json)),
    ("nothing", "Not set", None),
];
/// The option for a list with values of different types.
const MIXED: &str = "mixed";

/// The kind of input for a condition's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum InputKind {
    /// No value. The text describes what the condition then means.
    Absent(&'static str),
    Line,
    Boolean,
    Chips,
}

impl InputKind {
    fn of(condition: Option<&Condition>) -> Self {
        let Some(condition) = condition else { return Self::Absent("") };
        match condition.operand() {
            Operand::Absent => Self::Absent(condition.users_without_value()),
            Operand::Many(_) => Self::Chips,
            Operand::One(value) if value.kind() == Kind::Boolean && value.is_chosen() => Self::Boolean,
            Operand::One(_) => Self::Line,
        }
    }
}

/// Renders the inputs for a condition's value and its type.
pub(super) fn operand(rules: RwSignal<Rules>, id: u32) -> impl IntoView {
    let input_kind = Memo::new(move |_| rules.with(|rules| InputKind::of(rules.condition(id))));
    let input = move || {
        Some(match input_kind.get() {
            InputKind::Absent(words) => {
                view! { <p class="condition-value condition-nothing">{words}</p> }.into_any()
            }
            InputKind::Line => line(rules, id),
            InputKind::Boolean => boolean(rules, id),
            InputKind::Chips => chips(rules, id),
        })
    };
    let has_choice =
        flag(move || rules.with(|rules| rules.condition(id).is_some_and(Condition::has_choice_of_kind)));
    let is_list = flag(move || input_kind.get() == InputKind::Chips);
    let kind = move || has_choice.get().then(|| kind(rules, id, is_list.get()));
    view! { {dynamic(input)} {dynamic(kind)} }
}

fn text(rules: RwSignal<Rules>, id: u32) -> String {
    rules.with(|rules| {
        let value = rules.condition(id).and_then(Condition::value);
        value.map(|value| value.text().to_owned()).unwrap_or_default()
    })
}

fn set_text(rules: RwSignal<Rules>, id: u32, text: String) {
    rules.update(|rules| rules.change(id, |condition| condition.set_text(text)));
}

fn line(rules: RwSignal<Rules>, id: u32) -> AnyView {
    let first = untrack(|| text(rules, id));
    view! {
        <label class="condition-value">
            <span class="visually-hidden">"Value"</span>
            <input
                value=first prop:value=Signal::derive(move || text(rules, id)) placeholder="Value"
                autocomplete="off" autocapitalize="off" spellcheck="false"
                on:input=handle_input(move |event| set_text(rules, id, event_target_value(&event)))
            />
        </label>
    }
    .into_any()
}

fn boolean(rules: RwSignal<Rules>, id: u32) -> AnyView {
    let is_true = untrack(|| text(rules, id)) == "true";
    view! {
        <label class="condition-value">
            <span class="visually-hidden">"Value"</span>
            <select
                prop:value=Signal::derive(move || text(rules, id)) autocomplete="off"
                on:change=handle_input(move |event| set_text(rules, id, event_target_value(&event)))
            >
                <option value="true" selected=is_true>"true"</option>
                <option value="false" selected=!is_true>"false"</option>
            </select>
        </label>
    }
    .into_any()
}

/// Renders an input for a list of values.
fn chips(rules: RwSignal<Rules>, id: u32) -> AnyView {
    let words = Memo::new(move |_| {
        rules.with(|rules| {
            rules.condition(id).and_then(Condition::list).map(|list| list.labels()).unwrap_or_default()
        })
    });
    let typing = move || {
        rules.with(|rules| {
            let list = rules.condition(id).and_then(Condition::list);
            list.map(|list| list.typing().to_owned()).unwrap_or_default()
        })
    };
    let show_all = RwSignal::new(false);
    let input = NodeRef::<html::Textarea>::new();
    let chip = move |(index, word): (usize, String)| {
        let label = format!("Remove {word}");
        let remove = move |_| {
            rules.update(|rules| {
                rules.change(id, |condition| condition.change_list(|list| list.remove(index)))
            });
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
        rules.update(|rules| {
            rules.change(id, |condition| condition.change_list(|list| list.set_typing(&text)))
        });
        let rest = untrack(typing);
        if rest != text {
            target.set_value(&rest);
        }
    };
    let left = move |_| {
        let is_typing = untrack(|| !typing().is_empty());
        if is_typing {
            rules.update(|rules| {
                rules.change(id, |condition| condition.change_list(|list| list.enter_typed()))
            });
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let is_empty = event_target::<web_sys::HtmlTextAreaElement>(&event).value().is_empty();
        if event.key() == "Backspace" && is_empty {
            event.prevent_default();
            rules.update(|rules| {
                rules.change(id, |condition| condition.change_list(|list| list.remove_last()))
            });
        }
    };
    let placeholder =
        Signal::derive(move || if words.with(Vec::is_empty) { "Values, each followed by Enter" } else { "" });
    view! {
        <div class="condition-value chips">
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

/// Renders the input for the type of the value or values.
fn kind(rules: RwSignal<Rules>, id: u32, is_list: bool) -> AnyView {
    let name = move || {
        rules.with(|rules| match rules.condition(id).map(Condition::operand) {
            Some(Operand::One(value)) => kind_name(Some(value.kind())),
            Some(Operand::Many(list)) => list.kind().map_or(MIXED, |kind| kind_name(Some(kind))),
            _ => kind_name(None),
        })
    };
    let first = untrack(name);
    let options = KINDS.into_iter().filter(|(.., kind)| kind.is_some() || !is_list);
    let options = options.map(|(name, words, _)| {
        let selected = name == first;
        view! { <option value=name selected=selected>{words}</option> }
    });
    let options: Vec<_> = options.collect();
    let chosen = move |event: ev::Event| {
        let name = event_target_value(&event);
        if let Some((.., kind)) = KINDS.into_iter().find(|(other, ..)| *other == name) {
            rules.update(|rules| rules.change(id, |condition| condition.set_kind(kind)));
        }
    };
    view! {
        <label class="condition-kind">
            <span class="visually-hidden">"Value type"</span>
            <select prop:value=name on:change=handle_input(chosen) autocomplete="off">
                {options}
                <option value=MIXED selected={first == MIXED} hidden=true>"Mixed"</option>
            </select>
        </label>
    }
    .into_any()
}

fn kind_name(kind: Option<Kind>) -> &'static str {
    KINDS.into_iter().find(|(.., other)| *other == kind).map_or(MIXED, |(name, ..)| name)
}
