use leptos::prelude::*;

use super::editing::Editing;
use crate::{
    components::{Icon, Note, Symbol, Tone, dynamic, handle_click, when},
    model::{PartChange, links},
};

/// A note that somebody else changed what is edited here.
#[component]
pub(super) fn ConflictNote(editing: Editing) -> impl IntoView {
    let history =
        Signal::derive(move || editing.detail.with(|detail| links::environment(&detail.environment.id)));
    let changes = move || {
        Some({
            let line = move |change: PartChange| {
                let (name, section) = change.part.name_and_section();
                view! { <li><a href=section>{name}</a> ": " {change.words}</li> }
            };
            editing.conflict.get().unwrap_or_default().into_iter().map(line).collect_view().into_any()
        })
    };
    view! {
            <Note tone=Tone::Warning>
                <p>"Someone changed this experiment since you opened it. The other person's changes were not overwritten:"</p>
                <ul class="note-list">{dynamic(changes)}</ul>
                <p class="note-actions">
                    <button type="button" class="button small" on:click=handle_click(move |_| editing.reload(false))>
                        <Icon symbol=Symbol::Reload/>
                        {Signal::derive(move || if editing.has_changes() { "Reload and discard my changes" } else { "Reload" })}
                    </button>
                    {when(move || editing.has_changes(), move || view! {
                        <button type="button" class="button small" on:click=handle_click(move |_| editing.reload(true))>
                            "Reload and keep my changes"
                        </button>
                    }.into_any())}
                    <a class="button small plain" href=history><Icon symbol=Symbol::History/> "Open history"</a>
                </p>
            </Note>
    }
}
