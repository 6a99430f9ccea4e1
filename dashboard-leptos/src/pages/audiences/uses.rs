//! The experiments that use an audience, and the button to delete an unused one.

use leptos::prelude::*;

use super::draft::Draft;
use crate::{
    calls::{AudienceUse, AudienceUses, DeleteAudience},
    components::{ChangeForm, Dialog, Icon, ProblemNote, StatusPill, Symbol, Toasts},
    model::links,
    pages::{loaded::Loaded, navigation::navigator},
    transport::{Change, Loading},
};

/// The experiments that use the audience.
#[component]
pub(super) fn Uses(id: String, uses: Loading<AudienceUses>, draft: Draft) -> impl IntoView {
    let delete = Change::<DeleteAudience>::new();
    let confirming = RwSignal::new(false);
    let toasts = Toasts::from_context();
    let navigate = navigator(false);
    Effect::new(move || match delete.response() {
        Some(Ok(publication)) => {
            toasts.success("Audience deleted", &publication);
            navigate(&links::AUDIENCES.url());
        }
        Some(Err(problem)) => {
            confirming.set(false);
            toasts.error(&problem);
            uses.reload();
        }
        None => {}
    });
    let plain_id = id.clone();
    let problem = move || delete.problem().map(|problem| view! { <ProblemNote problem/> });
    view! {
        <section class="card audience-uses-card">
            <h2>"Used by"</h2>
            <Loaded from=uses rows=2 render={move |uses: AudienceUses| list(uses, confirming)}/>
            <div class="audience-delete without-script">
                {problem}
                <ChangeForm change=delete.submission()>
                    <input type="hidden" name="id" value=plain_id/>
                    <input type="hidden" name="revision" value=move || draft.revision.get()/>
                    <input type="hidden" name="redirect" value="true"/>
                    <button type="submit" class="button small"><Icon symbol=Symbol::Delete/> "Delete audience"</button>
                </ChangeForm>
            </div>
        </section>
        <Dialog open=confirming title="Delete this audience?">
            <div class="form">
                <p><strong>{draft.saved_name}</strong>" and its rules will be deleted. No experiment uses this audience."</p>
                <ChangeForm change=delete.submission() attr:class="form-foot">
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="revision" value=move || draft.revision.get()/>
                    <button type="button" class="button" on:click=move |_| confirming.set(false)>"Cancel"</button>
                    <button type="submit" class="button danger" disabled=delete.pending()>"Delete audience"</button>
                </ChangeForm>
            </div>
        </Dialog>
    }
}

fn list(uses: AudienceUses, confirming: RwSignal<bool>) -> AnyView {
    let total = uses.counts.total();
    let listed = u64::try_from(uses.experiments.len()).unwrap_or_default();
    let more = total.saturating_sub(listed);
    let rows: Vec<_> = uses.experiments.into_iter().map(row).collect();
    let words = match total {
        0 => view! { <p class="quiet">"No experiment uses this audience. You can select it on an experiment's page."</p> }.into_any(),
        _ => view! { <ul class="rows">{rows}</ul> }.into_any(),
    };
    let more = (more > 0).then(|| view! { <p class="quiet">"and "{more}" more"</p> });
    let reason = (total > 0).then(|| {
        view! {
            <p class="quiet audience-delete-reason">
                "The audience can be deleted when no experiment uses it."
            </p>
        }
    });
    view! {
        {words}
        {more}
        <div class="audience-delete needs-script">
            {reason}
            <button type="button" class="button small" disabled={total > 0} on:click=move |_| confirming.set(true)>
                <Icon symbol=Symbol::Delete/> "Delete audience"
            </button>
        </div>
    }
    .into_any()
}

fn row(experiment: AudienceUse) -> impl IntoView {
    view! {
        <li>
            <a href=links::experiment(&experiment.id)>{experiment.name}</a>
            <StatusPill status=experiment.status live=experiment.live/>
        </li>
    }
}
