//! The headers of responses that can be compressed.

use axum::http::{HeaderMap, HeaderValue, header};
use edgewise_api::conditional;

use super::coding::Coding;

/// Adds `Accept-Encoding` to the header `Vary`, for a response that depends on it.
pub fn vary_by_encoding(headers: &mut HeaderMap) {
    let values = headers.get_all(header::VARY).iter().filter_map(|value| value.to_str().ok());
    let names: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    if names.iter().any(|name| *name == "*" || name.eq_ignore_ascii_case(header::ACCEPT_ENCODING.as_str())) {
        return;
    }
    let vary = names.iter().copied().chain(["accept-encoding"]).collect::<Vec<_>>().join(", ");
    if let Ok(vary) = HeaderValue::try_from(vary) {
        headers.insert(header::VARY, vary);
    }
}

/// Changes the headers of a response to those of the same response with a compressed body.
pub fn set_coding(headers: &mut HeaderMap, coding: Coding) {
    vary_by_encoding(headers);
    headers.insert(header::CONTENT_ENCODING, coding.header_value());
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::ACCEPT_RANGES);
    if let Some(weak) = headers.get(header::ETAG).and_then(|etag| weak(etag.to_str().ok()?)) {
        headers.insert(header::ETAG, weak);
    }
}

/// Returns the ETag of a 304 response: weak if the client has the content only with a weak ETag. A cache that has stored a
/// compressed response finds it by a weak ETag alone (RFC 9111, section 4.3.4).
#[must_use]
pub fn matched_etag(request: &HeaderMap, etag: &str) -> Option<HeaderValue> {
    let values = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(conditional::tags);
    if tags.any(|tag| tag == etag || tag == "*") { HeaderValue::from_str(etag).ok() } else { weak(etag) }
}

/// Returns the weak form of an ETag.
fn weak(etag: &str) -> Option<HeaderValue> {
    if etag.starts_with("W/") {
        HeaderValue::from_str(etag).ok()
    } else {
        HeaderValue::try_from(format!("W/{etag}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vary_keeps_what_it_names() {
        for (before, after) in [
            (&[][..], "accept-encoding"),
            (&["accept"], "accept, accept-encoding"),
            (&["accept, cookie", "origin"], "accept, cookie, origin, accept-encoding"),
            (&["Accept-Encoding"], "Accept-Encoding"),
            (&["accept, ACCEPT-ENCODING"], "accept, ACCEPT-ENCODING"),
            (&["*"], "*"),
        ] {
            let mut headers = HeaderMap::new();
            for value in before {
                headers.append(header::VARY, HeaderValue::from_static(value));
            }
            vary_by_encoding(&mut headers);
            assert_eq!(headers.get_all(header::VARY).iter().collect::<Vec<_>>(), [after], "{before:?}");
        }
    }

    #[test]
    fn a_compressed_response_has_a_weak_etag() {
        for (before, after) in [("\"5\"", "W/\"5\""), ("W/\"5\"", "W/\"5\"")] {
            let mut headers = HeaderMap::from_iter([(header::ETAG, HeaderValue::from_static(before))]);
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("10"));
            set_coding(&mut headers, Coding::Gzip);
            assert_eq!(headers[header::ETAG], after);
            assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
            assert_eq!(headers[header::VARY], "accept-encoding");
            assert!(!headers.contains_key(header::CONTENT_LENGTH));
        }
    }

    #[test]
    fn a_304_has_the_etag_that_the_client_sent() {
        for (sent, matched) in [
            ("\"5\"", "\"5\""),
            ("W/\"5\"", "W/\"5\""),
            ("\"4\", W/\"5\"", "W/\"5\""),
            ("W/\"5\", \"5\"", "\"5\""),
            ("*", "\"5\""),
        ] {
            let request = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(sent))]);
            assert_eq!(matched_etag(&request, "\"5\"").unwrap(), matched, "{sent}");
        }
        // A comma within quotes belongs to an ETag.
        for (sent, etag, matched) in [
            ("\"4\", \"a,b\"", "\"a,b\"", "\"a,b\""),
            ("W/\"a,b\"", "\"a,b\"", "W/\"a,b\""),
            ("W/\"a,*,b\"", "\"a,*,b\"", "W/\"a,*,b\""),
        ] {
            let request = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(sent))]);
            assert_eq!(matched_etag(&request, etag).unwrap(), matched, "{sent}");
        }
    }
}
