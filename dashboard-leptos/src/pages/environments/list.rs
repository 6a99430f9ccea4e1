//! The list of environments, and the form to create one.

use edgewise_api::FieldPath;
use leptos::{html, prelude::*};

use crate::{
    calls::{CreateEnvironment, RenderEnvironments},
    components::{ChangeForm, Connection, Field, PageHead, ProblemNote, Toasts, Tone},
    html::Html,
    pages::loaded::Loaded,
    transport::{Change, Loading},
};

/// The page with the list of environments.
#[component]
pub(crate) fn Environments() -> impl IntoView {
    let updates = Connection::from_context().updates;
    let create = Change::<CreateEnvironment>::new();
    let environments =
        Loading::with_updates(|| RenderEnvironments {}, move || updates.get() + create.count());
    let toasts = Toasts::from_context();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(Ok(environment)) = create.response() {
            if let Some(field) = field.get_untracked() {
                field.set_value("");
            }
            toasts.show(Tone::Good, format!("Environment {} created", environment.name));
        }
    });
    let problem = Signal::derive(move || create.problem()?.for_field(&FieldPath::of("name")));
    let other_problem = move || {
        let problem = create.problem().filter(|problem| problem.field().is_none())?;
        Some(view! { <ProblemNote problem/> })
    };
    view! {
        <PageHead title="Environments"/>
        // Above the list, which can be long.
        <section class="card narrow">
            <h2>"New environment"</h2>
            <ChangeForm change=create.submission() attr:class="inline-form">
                <Field id="name" label="Name" hint="Letters, digits, dots, hyphens and underscores. Code refers to the environment by this name" problem>
                    <input
                        id="name" name="name" required maxlength="63" autocomplete="off" spellcheck="false" aria-describedby="name-note"
                        aria-invalid=move || problem.with(Option::is_some).then_some("true") node_ref=field
                    />
                </Field>
                <button type="submit" class="button primary" disabled=create.pending()>"Create"</button>
                {other_problem}
            </ChangeForm>
        </section>
        <Loaded from=environments render=Html::view/>
    }
}
