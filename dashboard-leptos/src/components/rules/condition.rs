//! The row of a condition: attribute, operator and value.

use edgewise_engine::operators::Operator;
use leptos::{ev, html, prelude::*};

use super::{
    raw::raw_json,
    state::{ATTRIBUTES, Editor},
    values,
};
use crate::{
    components::{
        Icon, Symbol, beside, dynamic, effect, flag, handle_click, handle_input,
        inputs::{Choice, select},
    },
    model::{Condition, Rules},
};

/// Renders the row of a condition.
pub(super) fn row(editor: Editor, alternative: u32, id: u32) -> AnyView {
    let rules = editor.rules;
    let remove = move |_: ev::MouseEvent| remove(editor, id);
    let json = rules.with_untracked(|rules| rules.condition(id).and_then(Condition::raw).map(str::to_owned));
    if let Some(json) = json {
        return raw_json(json, "Remove this condition", remove);
    }
    let is_first = flag(move || rules.with(|rules| rules.conditions(alternative).first() == Some(&id)));
    let problem = Memo::new(move |_| {
        editor.wrong.with(|wrong| match wrong {
            Some((Some(at), problem)) if *at == id => Some(problem.clone()),
            _ => None,
        })
    });
    let note = format!("condition-{id}-note");
    let describes = {
        let note = note.clone();
        move || problem.with(Option::is_some).then(|| note.clone())
    };
    let problem_note = move || {
        let note = note.clone();
        problem.get().map(|problem| {
            view! { <p class="condition-problem" role="alert" id=note>{problem}</p> }.into_any()
        })
    };
    let mixture = Memo::new(move |_| {
        rules.with(|rules| rules.condition(id).and_then(Condition::list).and_then(|list| list.mixture()))
    });
    let mixture_note = move || {
        let mixture = mixture.get().filter(|_| problem.with(Option::is_none));
        mixture.map(|words| {
            view! {
                <p class="condition-problem mixture" role="status">
                    {words}". Values of different types are never equal: choose one type for all."
                </p>
            }
            .into_any()
        })
    };
    view! {
        <div class="condition" class:wrong=Signal::derive(move || problem.with(Option::is_some))>
            <span class="condition-word">{Signal::derive(move || if is_first.get() { "where" } else { "and" })}</span>
            {attribute(editor, id, describes)}
            {operator(rules, id)}
            {values::operand(rules, id)}
            <button type="button" class="icon-button condition-remove" aria-label="Remove this condition" on:click=handle_click(remove)>
                <Icon symbol=Symbol::Close/>
            </button>
            {dynamic(problem_note)}
            {dynamic(mixture_note)}
        </div>
    }
    .into_any()
}

fn attribute(
    editor: Editor,
    id: u32,
    described_by: impl Fn() -> Option<String> + Send + Sync + 'static,
) -> impl IntoView {
    let rules = editor.rules;
    let name = Signal::derive(move || {
        rules.with(|rules| rules.condition(id).map(|found| found.attribute.clone()).unwrap_or_default())
    });
    let first = name.get_untracked();
    let input = NodeRef::<html::Input>::new();
    effect(move || {
        if editor.focus.get() == Some(id)
            && let Some(input) = input.get()
        {
            drop(input.focus());
        }
    });
    let typed = move |event: ev::Event| {
        let name = event_target_value(&event);
        rules.update(|rules| rules.change(id, |condition| condition.attribute = name));
    };
    let entered = move |_| {
        rules.update(|rules| {
            rules.change(id, |condition| condition.attribute = condition.attribute.trim().to_owned());
        });
        editor.suggestions.set(rules.with_untracked(Rules::attributes));
    };
    let is_absent = flag(move || {
        rules.with(|rules| rules.condition(id).is_some_and(|found| !found.entry().has_attribute))
    });
    view! {
        <label class="condition-attribute" hidden=is_absent>
            <span class="visually-hidden">"Attribute"</span>
            <input
                node_ref=input value=first prop:value=name list=ATTRIBUTES placeholder="Attribute" maxlength="256"
                autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby=described_by
                on:input=handle_input(typed) on:change=handle_input(entered)
            />
        </label>
    }
}

fn operator(rules: RwSignal<Rules>, id: u32) -> impl IntoView {
    let name = Signal::derive(move || {
        rules.with(|rules| rules.condition(id).map(|found| found.operator().to_owned()).unwrap_or_default())
    });
    let first = name.get_untracked();
    // An unknown operator stays selectable.
    let unknown = Operator::from_name(&first).is_none().then(|| Choice::new(&first, &first));
    let known = Operator::ALL.iter().map(|operator| Choice::new(operator.name(), operator.label()));
    let choose = Callback::new(move |operator: String| {
        rules.update(|rules| rules.change(id, |condition| condition.set_operator(&operator)));
    });
    select("condition-operator", "Operator", unknown.into_iter().chain(known).collect(), name, choose)
}

/// Removes a condition, and focuses the one next to it.
fn remove(editor: Editor, id: u32) {
    let next = editor.rules.with_untracked(|rules| {
        let all: Vec<u32> =
            rules.alternatives().into_iter().flat_map(|group| rules.conditions(group)).collect();
        beside(&all, &id).copied()
    });
    editor.rules.update(|rules| rules.remove_condition(id));
    editor.focus.set(Some(next.unwrap_or(0)));
}
