use edgewise_api::{
    page::Page,
    resources::{Version, VersionState},
};
use leptos::prelude::*;

use crate::{
    calls::HistoryQuery,
    components::{Empty, Pages, Time},
};

/// The versions of an environment, the newest first. Each leads to how it differs.
#[component]
pub(super) fn VersionTable(
    versions: Page<Version>,
    query: HistoryQuery,
    /// The version that is live.
    live: Option<u64>,
) -> impl IntoView {
    if versions.pagination.total == 0 {
        return view! {
            <section class="history">
                <h2>"History"</h2>
                <Empty title="Nothing published yet">
                    <p>"Launch an experiment of this environment, and its first version stands here."</p>
                </Empty>
            </section>
        }
        .into_any();
    }
    let pagination = versions.pagination;
    let rows = versions.data.into_iter().map(|version| row(version, &query, live)).collect_view();
    view! {
        <section class="history">
            <header>
                <h2>"History"</h2>
                <Pages pagination url={move |page| url(&query, |query| query.page = page.to_string())}/>
            </header>
            <div class="table versions">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Version"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Made"</th>
                            <th scope="col" class="when-wide">"By"</th>
                            <th scope="col" class="number when-wide">"Running experiments"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(version: Version, query: &HistoryQuery, live: Option<u64>) -> AnyView {
    let Version { version: number, state, created_at, created_by, experiments, restores } = version;
    let (class, words) = match state {
        VersionState::Published if live == Some(number) => ("pill running", "Live"),
        VersionState::Published => ("pill archived", "Was live"),
        VersionState::Pending => ("pill paused", "Being written"),
        VersionState::Superseded => ("pill draft", "Never live"),
    };
    let text = number.to_string();
    let opened = query.version == text;
    let href = url(query, |query| {
        query.version = text;
        query.against.clear();
    });
    view! {
        <tr aria-current=opened.then_some("true")>
            <td>
                <a class="whole-row" href=href>"Version " {number}</a>
                {restores.map(|restored| view! { <span class="restores">"Rolled back to " {restored}</span> })}
            </td>
            <td><span class=class>{words}</span></td>
            <td><Time at=created_at/></td>
            <td class="when-wide">{created_by.unwrap_or_else(|| "Unknown".to_owned())}</td>
            <td class="number when-wide">{experiments.map_or_else(|| "–".to_owned(), |count| count.to_string())}</td>
        </tr>
    }
    .into_any()
}

/// The page's URL with another query. What is as by default stays out.
pub(super) fn url(query: &HistoryQuery, change: impl FnOnce(&mut HistoryQuery)) -> String {
    let mut query = query.clone();
    change(&mut query);
    let mut url = format!("/environments/{}", query.id);
    let mut sign = '?';
    for (name, value) in [("page", &query.page), ("version", &query.version), ("against", &query.against)] {
        // What is no number stands in no link.
        if value.bytes().all(|byte| byte.is_ascii_digit())
            && !value.is_empty()
            && (name, value.as_str()) != ("page", "1")
        {
            url.push(sign);
            url.push_str(name);
            url.push('=');
            url.push_str(value);
            sign = '&';
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_what_the_query_says_and_leaves_out_defaults() {
        let query = HistoryQuery { id: "e".to_owned(), page: "1".to_owned(), ..HistoryQuery::default() };
        assert_eq!(url(&query, |_| ()), "/environments/e");
        assert_eq!(
            url(&query, |query| (query.page, query.version) = ("2".to_owned(), "7".to_owned())),
            "/environments/e?page=2&version=7"
        );
        assert_eq!(url(&query, |query| query.against = "&x=".to_owned()), "/environments/e");
    }
}
