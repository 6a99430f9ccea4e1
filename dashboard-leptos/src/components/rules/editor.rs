use std::sync::Arc;

use edgewise_api::FieldPath;
use leptos::{html, prelude::*};

use super::{
    condition,
    raw::raw_json,
    state::{ATTRIBUTES, Editor},
};
use crate::{
    components::{
        Fold, Icon, MAX_UNFOLDED, Symbol, beside, dynamic, effect, flag, handle_click, restore_focus,
    },
    model::Rules,
    problem::Problem,
};

/// An editor for targeting rules: alternatives of conditions that must all match, with a description in words.
///
/// Before saving, check the input with [`Rules::problem`], and pass the result as `problem`.
#[component]
pub(crate) fn RuleEditor(
    /// The edited rules.
    rules: RwSignal<Rules>,
    /// The problem with the rules, or with a field inside of the rules.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let editor = Editor {
        rules,
        suggestions: RwSignal::new(rules.with_untracked(Rules::attributes)),
        focus: RwSignal::new(None),
        wrong: Memo::new(move |_| {
            problem.with(|problem| {
                problem.as_ref().map(|problem| rules.with_untracked(|rules| locate(rules, problem)))
            })
        }),
    };
    let general_problem = move || {
        let problem = editor.wrong.with(|wrong| match wrong {
            Some((None, problem)) => Some(problem.clone()),
            _ => None,
        });
        problem.map(|problem| view! { <p class="problem" role="alert">{problem}</p> }.into_any())
    };
    let add = NodeRef::<html::Button>::new();
    let add_alternative = move |_| {
        let id = rules.try_update(Rules::add_alternative);
        editor.focus.set(id);
    };
    effect(move || {
        // 0 means that no condition is left to focus.
        if editor.focus.get() == Some(0)
            && let Some(add) = add.get_untracked()
        {
            drop(add.focus());
        }
    });
    let is_empty = flag(move || rules.with(Rules::is_empty));
    let fold = Fold::new();
    let count = move || rules.with(|rules| rules.alternatives().len());
    let attributes = move || {
        let option = |name: String| view! { <option value=name></option> };
        editor.suggestions.get().into_iter().map(option).collect_view()
    };
    view! {
        <div class="rules">
            <p class="rules-words">
                <Icon symbol=Symbol::Audiences/>
                <span><span class="quiet">"Matches "</span> {Signal::derive(move || rules.with(Rules::describe))}</span>
            </p>
            {dynamic(general_problem)}
            <p class="quiet without-script">"Editing rules needs JavaScript."</p>
            <div class="rule-list needs-script" on:keydown=keep_enter>
                <div class="rule-alternatives" class:folded=Signal::derive(move || fold.is_folded(count()))>
                    {each(
                        move || rules.with(Rules::alternatives),
                        Arc::new(move |id| alternative(editor, id)),
                    )}
                </div>
                {fold.button(count, "alternatives")}
                <button type="button" class="button small rule-add" node_ref=add on:click=handle_click(add_alternative)>
                    <Icon symbol=Symbol::Add/>
                    {Signal::derive(move || if is_empty.get() { "Add a condition" } else { "Or: add an alternative" })}
                </button>
            </div>
            <datalist id=ATTRIBUTES>{attributes}</datalist>
        </div>
    }
}

/// Renders a rule. In a long list, a rule is one line until it is opened.
fn alternative(editor: Editor, id: u32) -> AnyView {
    let rules = editor.rules;
    let number = Memo::new(move |_| {
        rules.with(|rules| rules.alternatives().iter().position(|other| *other == id).unwrap_or_default())
    });
    let or =
        move || (number.get() != 0).then(|| view! { <p class="rule-or"><span>"or"</span></p> }.into_any());
    let has = move |condition: Option<u32>| {
        condition
            .is_some_and(|condition| rules.with_untracked(|rules| rules.conditions(id)).contains(&condition))
    };
    let is_long = rules.with_untracked(|rules| rules.alternatives().len() > MAX_UNFOLDED);
    let is_open = RwSignal::new(!is_long || has(editor.focus.get_untracked()));
    // A problem must be visible.
    effect(move || {
        let wrong = editor.wrong.with(|wrong| wrong.as_ref().and_then(|(condition, _)| *condition));
        if has(wrong) {
            is_open.set(true);
        }
    });
    let open = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        is_open.set(true);
        editor.focus.set(rules.with_untracked(|rules| rules.conditions(id).first().copied()));
    };
    let content = move || {
        if is_open.get() {
            return Some(conditions(editor, id, number));
        }
        let words = Signal::derive(move || rules.with(|rules| rules.describe_alternative(id)));
        let line = view! {
            <details class="rule rule-line"><summary on:click=handle_click(open)>{words}</summary></details>
        };
        Some(line.into_any())
    };
    view! { <div class:open=is_open>{dynamic(or)} {dynamic(content)}</div> }.into_any()
}

/// Renders the conditions of a rule, which must all match.
fn conditions(editor: Editor, id: u32, number: Memo<usize>) -> AnyView {
    let place = Signal::derive(move || (number.get() + 1).to_string());
    let rules = editor.rules;
    let remove = move |_| {
        let next = rules.with_untracked(|rules| {
            let alternatives = rules.alternatives();
            rules.conditions(*beside(&alternatives, &id)?).first().copied()
        });
        rules.update(|rules| rules.remove_alternative(id));
        editor.focus.set(Some(next.unwrap_or(0)));
        // A folded rule has no input to focus.
        restore_focus(&[".rule-add"]);
    };
    let conditions = match rules.with_untracked(|rules| rules.raw(id)) {
        Some(json) => raw_json(json, "Remove this rule", remove),
        None => each(
            move || rules.with(|rules| rules.conditions(id)),
            Arc::new(move |condition| condition::row(editor, id, condition)),
        ),
    };
    let is_raw = rules.with_untracked(|rules| rules.raw(id).is_some());
    let add = move |_| {
        let condition = rules.try_update(|rules| rules.add_condition(id));
        editor.focus.set(condition);
    };
    let matches_everyone = move || {
        let is_so = !is_raw && rules.with(|rules| rules.conditions(id).is_empty());
        is_so.then(|| view! { <p class="quiet">"No conditions: this rule matches everyone."</p> }.into_any())
    };
    view! {
        <fieldset class="rule">
            <legend class="visually-hidden">"Alternative " {place}</legend>
            {dynamic(matches_everyone)}
            {conditions}
            <div class="rule-foot" hidden=is_raw>
                <button type="button" class="button small plain" on:click=handle_click(add)>
                    <Icon symbol=Symbol::Add/> "And: add a condition"
                </button>
                <button type="button" class="button small plain" on:click=handle_click(remove)>
                    <Icon symbol=Symbol::Delete/> "Remove"
                    <span class="visually-hidden">" alternative " {place}</span>
                </button>
            </div>
        </fieldset>
    }
    .into_any()
}

/// Renders rows by id, so that rows that stay keep their input.
fn each(
    ids: impl Fn() -> Vec<u32> + Send + Sync + 'static,
    row: Arc<dyn Fn(u32) -> AnyView + Send + Sync>,
) -> AnyView {
    let ids = Memo::new(move |_| ids());
    view! { <For each=move || ids.get() key=|id| *id children=move |id| row(id)/> }.into_any()
}

/// Keeps Enter in a field from submitting the form.
fn keep_enter(event: leptos::ev::KeyboardEvent) {
    if event.key() == "Enter" && event_target::<leptos::web_sys::Element>(&event).tag_name() == "INPUT" {
        event.prevent_default();
    }
}

/// Returns the condition that a problem belongs to, and the text to display there.
fn locate(rules: &Rules, problem: &Problem) -> (Option<u32>, String) {
    let condition = problem.field().and_then(|field| rules.at(field));
    let name = problem.field().and_then(FieldPath::name);
    match (condition, name, problem.predicate()) {
        (Some(_), Some(name), Some(predicate)) => (condition, format!("The {name} {predicate}")),
        // The problem of the rules themselves is displayed next to the rules.
        _ if problem.field().is_some_and(|field| field.steps().len() == 1) => (None, problem.beside_field()),
        _ => (condition, problem.sentence()),
    }
}

#[cfg(test)]
mod tests {
    use edgewise_api::ApiError;

    use super::*;

    #[test]
    fn a_problem_belongs_to_its_condition_whatever_its_words() {
        let mut rules = Rules::default();
        rules.add_alternative();
        let id = rules.add_alternative();
        let of =
            |field: FieldPath, words: &str| locate(&rules, &ApiError::invalid_field(field, words).into());
        let condition = |rule: usize| FieldPath::of("targetingRules").at(rule).then("conditions").at(0);
        let (at, words) = of(condition(1).then("value"), "must not be `rules[0].conditions[0]`");
        assert_eq!((at, words.as_str()), (Some(id), "The value must not be `rules[0].conditions[0]`"));
        let (at, words) = of(FieldPath::of("rules"), "must have at most 100 elements");
        assert_eq!((at, words.as_str()), (None, "Must have at most 100 elements"));
        let (at, words) = of(condition(7).then("value"), "is wrong");
        assert_eq!((at, words.as_str()), (None, "`targetingRules[7].conditions[0].value` is wrong"));
    }
}
