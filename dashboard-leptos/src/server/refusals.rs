//! Refusals of pages, and of forms that were submitted without scripts.

use std::sync::Arc;

use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;

use super::{accept::accepts_html, assets, headers::NOT_CACHED, problem_status::MAX_PROBLEM_BYTES};
use crate::{
    base::Base,
    components::{Empty, ICON},
    model::links,
    problem::Problem,
};

const HEADERS: [(HeaderName, &str); 3] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CACHE_CONTROL, NOT_CACHED),
];

/// Responds with a page, if a browser would see the JSON of a problem: the problem of a form, or the refusal of a page.
pub(super) async fn readable(State(base): State<Arc<str>>, request: Request, next: Next) -> Response {
    let accepts_page = accepts_html(request.headers());
    let is_form = request.method() == Method::POST;
    let response = next.run(request).await;
    let status = response.status();
    let is_problem = match status {
        StatusCode::FORBIDDEN => true,
        _ => is_form && (status.is_client_error() || status.is_server_error()),
    };
    if !accepts_page || !is_problem || !has(response.headers(), &CONTENT_TYPE, "application/json") {
        return response;
    }
    let body = to_bytes(response.into_body(), MAX_PROBLEM_BYTES).await.unwrap_or_default();
    let problem = serde_json::from_slice::<Problem>(&body).map(|problem| problem.sentence());
    (status, HEADERS, Html(page(&base, problem.unwrap_or_default(), is_form))).into_response()
}

fn has(headers: &HeaderMap, name: &HeaderName, part: &str) -> bool {
    headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(part))
}

fn page(base: &str, problem: String, is_form: bool) -> String {
    Owner::new().with(|| {
        provide_context(Base(base.to_owned()));
        let style =
            assets::links().map(|assets| view! { <link rel="stylesheet" href=links::url(assets.style)/> });
        let again = is_form.then(|| {
            view! {
                <p>"To try again, go back to the previous page."</p>
                <a class="button" href=links::OVERVIEW.url()>"Go to the overview"</a>
            }
        });
        let document = view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>"Request refused · Edgewise"</title>
                    <link rel="icon" href=ICON/>
                    {style}
                </head>
                <body>
                    <main>
                        <Empty title="The request was refused">
                            <p>{problem}</p>
                            {again}
                        </Empty>
                    </main>
                </body>
            </html>
        };
        document.to_html()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_escapes_the_problem_and_stays_below_the_base() {
        let page = page("/flags", "A <b> & c".to_owned(), true);
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("A &lt;b&gt; &amp; c"), "{page}");
        assert!(page.contains(r#"href="/flags/""#) && !page.contains(r#"href="/""#), "{page}");
    }
}
