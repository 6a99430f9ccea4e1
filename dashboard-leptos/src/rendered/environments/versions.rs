use edgewise_api::{
    page::Page,
    resources::{PublicationStatus, Version, VersionState},
};
use leptos::prelude::*;

use super::differences::Differences;
use crate::{
    components::{Empty, ProblemNote, Time},
    html::Html,
    model::{Comparison, HistoryQuery},
    problem::Problem,
    rendered::{pagination::Pagination, table::Table},
};

/// The columns of the table.
const COLUMNS: [(&str, &str); 5] = [
    ("Version", ""),
    ("State", ""),
    ("Created", ""),
    ("Created by", "when-wide"),
    ("Running experiments", "number when-wide"),
];

/// Renders the versions of an environment, newest first. Each row links to the version's differences.
pub(crate) fn versions(versions: Page<Version>, query: &HistoryQuery, status: &PublicationStatus) -> Html {
    if versions.pagination.total == 0 {
        return Html::render(view! {
            <section class="history">
                <h2>"History"</h2>
                <Empty title="Nothing published yet">
                    <p>"Launch an experiment in this environment to publish its first version."</p>
                </Empty>
            </section>
        });
    }
    let pagination = versions.pagination;
    let rows = versions.data.into_iter().map(|version| row(version, query, status)).collect_view();
    Html::render(view! {
        <section class="history">
            <header>
                <h2>"History"</h2>
                <Pagination pagination url={move |page| query.url_with(|query| query.page = page.to_string())}/>
            </header>
            <Table class="table versions" columns=COLUMNS>{rows}</Table>
        </section>
    })
}

fn row(version: Version, query: &HistoryQuery, status: &PublicationStatus) -> AnyView {
    let Version { version: number, state, created_at, created_by, experiments, restores } = version;
    let (class, words) = match state {
        VersionState::Published if status.live_version == Some(number) => ("pill running", "Live"),
        VersionState::Published => ("pill archived", "Was live"),
        VersionState::Pending if status.error.is_some() => ("pill failed", "Failed"),
        VersionState::Pending => ("pill paused", "Pending"),
        VersionState::Superseded => ("pill draft", "Never live"),
    };
    let reason = status.error.clone().filter(|_| state == VersionState::Pending);
    let text = number.to_string();
    let is_open = query.version == text;
    let href = query.url_with(|query| {
        query.version = text;
        query.against.clear();
    });
    view! {
        <tr aria-current=is_open.then_some("true")>
            <td>
                <a class="whole-row" href=href>"Version " {number}</a>
                {restores.map(|restored| view! { <span class="restores">"Rolled back to " {restored}</span> })}
            </td>
            <td><span class=class title=reason>{words}</span></td>
            <td><Time at=created_at/></td>
            <td class="when-wide">{created_by.unwrap_or_else(|| "Unknown".to_owned())}</td>
            <td class="number when-wide">{experiments.map_or_else(|| "–".to_owned(), |count| count.to_string())}</td>
        </tr>
    }
    .into_any()
}

/// Renders what changes for users when the waiting changes are published.
pub(crate) fn waiting(comparison: Comparison) -> Html {
    if comparison.is_empty() {
        return Html::render(
            view! { <p class="quiet">"No change is waiting. Later changes will be published at once."</p> },
        );
    }
    Html::render(view! { <Differences comparison/> })
}

/// Renders links to compare a version with the previous or the live version. Returns `None` if no version other than
/// this one is live.
pub(crate) fn comparison_links(query: &HistoryQuery, version: u64, live: Option<u64>) -> Option<Html> {
    let live = live.filter(|live| *live != version)?;
    let live_text = live.to_string();
    let with_live = query.against == live_text;
    let links = [
        ("Previous version", query.against.is_empty(), query.url_with(|query| query.against.clear())),
        ("Live version", with_live, query.url_with(|query| query.against = live_text)),
    ];
    let links = links.map(|(words, chosen, href)| {
        view! { <a href=href aria-current=chosen.then_some("true")>{words}</a> }
    });
    Some(Html::render(
        view! { <nav class="choice" aria-label="Compare with">{links.into_iter().collect_view()}</nav> },
    ))
}

/// Renders the changes that the next version would publish.
pub(crate) fn unpublished(comparison: Result<Comparison, Problem>, status: &PublicationStatus) -> Html {
    let (title, words) = match status.held_at {
        Some(_) => (
            "Changes on hold until publishing is resumed",
            "The live version is still without these changes. They become live when publishing is resumed.",
        ),
        None => (
            "Changes waiting to be published",
            "The live version is still without these changes. They become live with the next version.",
        ),
    };
    let content = match comparison {
        Ok(comparison) => view! { <Differences comparison folded=true/> }.into_any(),
        Err(problem) => view! { <ProblemNote problem/> }.into_any(),
    };
    Html::render(view! {
        <section class="card">
            <header>
                <h2>{title}</h2>
                <p class="quiet">{words}</p>
            </header>
            {content}
        </section>
    })
}
