//! What a client accepts.

use axum::{
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT, VARY},
    },
    response::Response,
};

/// Returns whether a client accepts HTML by name. Programs accept anything (`*/*`), and browsers name `text/html` when they
/// open a page.
#[must_use]
pub fn accepts_html(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_html = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("text/html"));
        // The weight 0 stands for "not acceptable".
        is_html && !parts.any(is_weight_of_zero)
    })
}

fn is_weight_of_zero(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or_default();
    name.eq_ignore_ascii_case("q") && value.parse().is_ok_and(|weight: f32| weight == 0.0)
}

/// Says that a response depends on what the client accepts.
pub(super) fn vary_by_accept(mut response: Response) -> Response {
    response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_client_that_names_html_accepts_html() {
        let accepts = |values: &[&'static str]| {
            let values = values.iter().map(|value| (ACCEPT, HeaderValue::from_static(value)));
            accepts_html(&values.collect())
        };
        for values in [
            &["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"][..],
            &["Text/HTML"],
            &["application/json", "text/html; charset=utf-8; q=0.1"],
        ] {
            assert!(accepts(values), "{values:?}");
        }
        for values in [
            &[][..],
            &["*/*"],
            &["text/*"],
            &["application/json, text/plain"],
            &["text/html;q=0, */*"],
            &["text/html ; Q=0.000"],
            &["application/json; note=text/html"],
            &["text/html-fragment"],
        ] {
            assert!(!accepts(values), "{values:?}");
        }
    }
}
