//! All environments, and making another.

use leptos::{html, prelude::*};

use crate::{
    calls::{CreateEnvironment, ShowEnvironments},
    components::{ChangeForm, Connection, Field, PageHead, Toasts, Tone},
    html::Html,
    pages::loaded::Loaded,
    transport::{Change, Loading},
};

/// The page.
#[component]
pub(crate) fn Environments() -> impl IntoView {
    let news = Connection::of_page().news;
    let create = Change::<CreateEnvironment>::new();
    let environments = Loading::with_news(|| ShowEnvironments {}, move || news.get() + create.count());
    let toasts = Toasts::of_page();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(Ok(environment)) = create.answer() {
            if let Some(field) = field.get_untracked() {
                field.set_value("");
            }
            toasts.say(Tone::Good, format!("Environment {} created", environment.name));
        }
    });
    let problem = Signal::derive(move || {
        let problem = create.problem()?;
        Some(problem.of_field("name").unwrap_or_else(|| problem.words()))
    });
    view! {
        <PageHead title="Environments"/>
        <Loaded from=environments show=Html::show/>
        <section class="card narrow">
            <h2>"New environment"</h2>
            <ChangeForm change=create.sent() attr:class="inline-form">
                <Field id="name" label="Name" hint="Letters, digits, dots, hyphens and underscores; code names it" problem>
                    <input
                        id="name" name="name" required maxlength="63" autocomplete="off" spellcheck="false" aria-describedby="name-note"
                        aria-invalid=move || problem.with(Option::is_some).then_some("true") node_ref=field
                    />
                </Field>
                <button type="submit" class="button primary" disabled=create.pending()>"Create"</button>
            </ChangeForm>
        </section>
    }
}
