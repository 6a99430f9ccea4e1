use edgewise_api::{FieldPath, resources::ExperimentPatch};
use leptos::prelude::*;

use super::{
    editing::Editing,
    section::{Section, SectionFoot},
};
use crate::{
    calls::ExperimentPart,
    components::{Field, RuleEditor, focus, handle_input},
    model::{ExperimentChange, Rules, links},
    problem::Problem,
};

/// The section that edits the audience and the experiment's own rules.
#[component]
pub(super) fn TargetingSection(editing: Editing) -> impl IntoView {
    let (audience, rules) = (editing.audience, editing.rules);
    let audience_problem = Signal::derive(move || {
        editing.problem_of(ExperimentPart::Targeting)?.for_field(&FieldPath::of("audienceId"))
    });
    let rules_problem = Signal::derive(move || {
        let is_here = |problem: &Problem| problem.is_within(&FieldPath::of("targetingRules"));
        editing.problem_of(ExperimentPart::Targeting).filter(is_here)
    });
    let save = move || {
        let mut patch = ExperimentPatch::default();
        if untrack(|| audience.is_changed()) {
            patch.audience_id = Some(Some(audience.current.get_untracked()).filter(|id| !id.is_empty()));
        }
        if untrack(|| rules.is_changed()) {
            match rules.current.with_untracked(|rules| rules.request(&FieldPath::of("targetingRules"))) {
                Ok(rules) => patch.targeting_rules = Some(rules),
                Err(problem) => {
                    editing.reject(ExperimentPart::Targeting, problem);
                    focus(&["#targeting .condition.wrong input"]);
                    return;
                }
            }
        }
        editing.save(ExperimentChange::Targeting(patch), "Targeting saved");
    };
    view! {
        <Section id="targeting" title="Audience and targeting" about="The users who take part: users who match the audience and one of the rules">
            <AudienceChoice editing problem=audience_problem/>
            <div class="targeting-rules">
                <h3>"Rules of this experiment"</h3>
                <RuleEditor rules=rules.current problem=rules_problem/>
            </div>
            <SectionFoot
                editing
                part=ExperimentPart::Targeting
                changed=editing.targeting_changed
                label="Save targeting"
                save=save
                discard=move || {
                    audience.discard();
                    rules.discard();
                }
            />
        </Section>
    }
}

/// The selection of an audience, with a description of its rules.
#[component]
fn AudienceChoice(editing: Editing, problem: Signal<Option<String>>) -> impl IntoView {
    let (detail, chosen) = (editing.detail, editing.audience.current);
    let choices = Memo::new(move |_| {
        detail.with(|detail| {
            let choice = |(id, name): (&String, &String)| (id.clone(), name.clone());
            detail.audiences.iter().map(|audience| choice((&audience.id, &audience.name))).collect::<Vec<_>>()
        })
    });
    let options = move || {
        let option = |(id, name): (String, String)| {
            let is_chosen = chosen.with_untracked(|chosen| *chosen == id);
            let value = id.clone();
            view! {
                <option value=value selected=is_chosen prop:selected=Signal::derive(move || chosen.with(|chosen| *chosen == id))>{name}</option>
            }
        };
        let none = (String::new(), "Everyone".to_owned());
        std::iter::once(none).chain(choices.get()).map(option).collect_view()
    };
    let rules = move || {
        detail.with(|detail| {
            let audience =
                detail.audiences.iter().find(|audience| chosen.with(|chosen| audience.id == *chosen))?;
            let words = Rules::from_json(&audience.rules).describe();
            let href = links::audience(&audience.id);
            Some(view! {
                <p class="audience-words"><span class="quiet">"Matches "</span> {words} ". " <a href=href>"Open audience"</a></p>
            })
        })
    };
    view! {
        <div class="audience-choice">
            <Field id="audience" label="Audience" problem=problem>
                <select id="audience" aria-describedby="audience-note" on:change=handle_input(move |event| chosen.set(event_target_value(&event)))>
                    {options}
                </select>
            </Field>
            {rules}
        </div>
    }
}
