//! The inputs for the value of a condition, and for its type. Which inputs there are depends on the table of what operators take.

use leptos::prelude::*;

use crate::{
    components::{
        dynamic, flag,
        inputs::{Choice, ListInput, line, list, select},
    },
    model::{Condition, Entry, Kind, Operand, Rules},
};

/// The option of a condition without a value.
const NOT_SET: &str = "nothing";
/// The option for a list with values of different types.
const MIXED: &str = "mixed";

/// The kind of input for a condition's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// No value. The text describes what the condition then means.
    Absent(&'static str),
    Line,
    Boolean,
    List,
}

impl Shown {
    fn of(condition: Option<&Condition>) -> Self {
        let Some(condition) = condition else { return Self::Absent("") };
        match condition.operand() {
            Operand::Absent => Self::Absent(condition.users_without_value()),
            Operand::Many(_) => Self::List,
            Operand::One(value) if value.kind() == Kind::Boolean && value.is_chosen() => Self::Boolean,
            Operand::One(_) => Self::Line,
        }
    }
}

/// Renders the inputs for a condition's value and its type.
pub(super) fn operand(rules: RwSignal<Rules>, id: u32) -> impl IntoView {
    let shown = Memo::new(move |_| rules.with(|rules| Shown::of(rules.condition(id))));
    let entry = Memo::new(move |_| rules.with(|rules| rules.condition(id).map(Condition::entry)));
    let text = Signal::derive(move || {
        rules.with(|rules| {
            let value = rules.condition(id).and_then(Condition::value);
            value.map(|value| value.text().to_owned()).unwrap_or_default()
        })
    });
    let set_text = Callback::new(move |text| {
        rules.update(|rules| rules.change(id, |condition| condition.set_text(text)));
    });
    let placeholder = Signal::derive(move || entry.get().map_or("", |entry: Entry| entry.placeholder));
    let input = move || {
        Some(match shown.get() {
            Shown::Absent(words) => {
                view! { <p class="condition-value condition-nothing">{words}</p> }.into_any()
            }
            Shown::Line => line("condition-value", "Value", placeholder, text, set_text),
            Shown::Boolean => {
                let choices = ["true", "false"].map(|value| Choice::new(value, value));
                select("condition-value", "Value", choices.into(), text, set_text)
            }
            Shown::List => values(rules, id, placeholder),
        })
    };
    let has_choice =
        flag(move || rules.with(|rules| rules.condition(id).is_some_and(Condition::has_choice_of_kind)));
    let kind = move || {
        let entry = entry.get()?;
        has_choice.get().then(|| kind(rules, id, entry))
    };
    view! { {dynamic(input)} {dynamic(kind)} }
}

/// Renders the input for a list of values.
fn values(rules: RwSignal<Rules>, id: u32, placeholder: Signal<&'static str>) -> AnyView {
    let words = Memo::new(move |_| {
        rules.with(|rules| {
            rules.condition(id).and_then(Condition::list).map(|list| list.labels()).unwrap_or_default()
        })
    });
    let typing = Signal::derive(move || {
        rules.with(|rules| {
            let list = rules.condition(id).and_then(Condition::list);
            list.map(|list| list.typing().to_owned()).unwrap_or_default()
        })
    });
    let change = Callback::new(move |input| {
        rules.update(|rules| {
            rules.change(id, |condition| {
                condition.change_list(|list| match input {
                    ListInput::Type(text) => list.set_typing(&text),
                    ListInput::Enter => list.enter_typed(),
                    ListInput::Remove(index) => list.remove(index),
                    ListInput::RemoveLast => list.remove_last(),
                });
            });
        });
    });
    list("condition-value", placeholder, words, typing, change)
}

/// Renders the selection of the type of the value or values: the types that the operator takes, and the one that there is.
fn kind(rules: RwSignal<Rules>, id: u32, entry: Entry) -> AnyView {
    let name = move || {
        rules.with(|rules| match rules.condition(id).map(Condition::operand) {
            Some(Operand::One(value)) => value.kind().words().name,
            Some(Operand::Many(list)) => list.kind().map_or(MIXED, |kind| kind.words().name),
            _ => NOT_SET,
        })
    };
    let first = untrack(name);
    let is_offered = |kind: &Kind| entry.kinds.contains(kind) || kind.words().name == first;
    let choice = |kind: Kind| Choice::new(kind.words().name, kind.words().label);
    let mut choices: Vec<Choice> = Kind::ALL.into_iter().filter(is_offered).map(choice).collect();
    if entry.may_be_absent || first == NOT_SET {
        choices.push(Choice::new(NOT_SET, "Not set"));
    }
    choices.push(Choice { hidden: true, ..Choice::new(MIXED, "Mixed") });
    let choose = Callback::new(move |name: String| {
        let kind = Kind::ALL.into_iter().find(|kind| kind.words().name == name);
        if kind.is_some() || name == NOT_SET {
            rules.update(|rules| rules.change(id, |condition| condition.set_kind(kind)));
        }
    });
    select("condition-kind", "Value type", choices, Signal::derive(move || name().to_owned()), choose)
}
