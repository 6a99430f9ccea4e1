//! What the page offers without scripts.

use leptos::prelude::*;

use crate::calls::ExperimentDetail;

/// The forms that change the status, for readers without scripts. The server alone renders them.
#[component]
pub(super) fn PlainStatus<'a>(detail: &'a ExperimentDetail) -> impl IntoView + use<> {
    #[cfg(not(target_family = "wasm"))]
    let forms = forms::render(detail);
    #[cfg(target_family = "wasm")]
    let forms = {
        let _ = detail;
        crate::html::Html::none()
    };
    view! { <div class="without-script">{forms.view()}</div> }
}

#[cfg(not(target_family = "wasm"))]
mod forms {
    use edgewise_api::resources::Status;
    use leptos::{prelude::*, server_fn::ServerFn};

    use super::super::state::live_later;
    use crate::{
        calls::{ChangeStatus, ExperimentDetail},
        components::{Icon, ProblemNote, Symbol},
        html::Html,
        model::{LaunchObstacle, Rules, Split, links, percent},
        transport::problem_of_form,
    };

    /// Renders a form for each status that the experiment may get.
    pub(super) fn render(detail: &ExperimentDetail) -> Html {
        let problem = problem_of_form(ChangeStatus::PATH).map(|problem| view! { <ProblemNote problem/> });
        let from = detail.row.status;
        if from == Status::Archived {
            return Html::render(());
        }
        let forms = [Status::Running, Status::Paused, Status::Archived]
            .into_iter()
            .filter(|to| from.may_become(*to))
            .map(|to| form(detail, to))
            .collect_view();
        Html::render(view! {
            <section class="card" aria-labelledby="plain-status-title">
                <h2 id="plain-status-title">"Status"</h2>
                {problem}
                {forms}
            </section>
        })
    }

    fn form(detail: &ExperimentDetail, to: Status) -> impl IntoView + use<> {
        let is_paused = detail.row.status == Status::Paused;
        let (symbol, class, verb) = match to {
            Status::Running if is_paused => (Symbol::Play, "button primary", "Resume"),
            Status::Paused => (Symbol::Pause, "button", "Pause"),
            Status::Archived => (Symbol::Archive, "button danger-text", "Archive permanently"),
            Status::Running | Status::Draft => (Symbol::Play, "button primary", "Launch"),
        };
        let words = match to {
            Status::Archived => {
                "Archiving is permanent: users no longer get a variant, and the experiment cannot be launched again. \
                 The experiment stays readable."
                    .to_owned()
            }
            Status::Paused => "Users get no variant until the experiment is resumed.".to_owned(),
            Status::Running | Status::Draft => effect(detail),
        };
        let live = live_later(detail).map(|later| format!(" The change is saved now, and live{later}."));
        let agreed = (to == Status::Archived).then(|| {
            view! { <label><input type="checkbox" required/>" I understand that archiving is permanent"</label> }
        });
        view! {
            <form class="plain-status" method="post" action=links::url(ChangeStatus::PATH)>
                <p>{words}{live}</p>
                <div class="button-row">
                    <input type="hidden" name="id" value=detail.row.id.clone()/>
                    <input type="hidden" name="revision" value=detail.revision/>
                    <input type="hidden" name="status" value=to.name()/>
                    {agreed}
                    <button type="submit" class=class><Icon symbol/> {verb}</button>
                </div>
            </form>
        }
    }

    /// Describes what launching or resuming does.
    fn effect(detail: &ExperimentDetail) -> String {
        let allocated = Split::of(&detail.allocations).allocated();
        if let Some(obstacle) = LaunchObstacle::of(detail.variants.len(), allocated) {
            return obstacle.words().to_owned();
        }
        let share = percent(allocated);
        let rules = detail.row.targeting_rules.as_deref().map(Rules::from_json).unwrap_or_default();
        let is_for_all = detail.row.audience_id.is_none() && rules.is_empty();
        let whom = if is_for_all { "users" } else { "the targeted users" };
        format!("In {}, {share} % of {whom} will get a variant.", detail.environment.name)
    }
}
