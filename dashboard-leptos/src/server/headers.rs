//! The headers of pages: those of responses, and the theme cookie of requests.

use axum::{
    http::{
        HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
        request::Parts,
    },
    response::Response,
};
use leptos::prelude::{use_context, use_nonce};
use leptos_axum::ResponseOptions;

/// The caching of pages: a page shows the current state, for the current user.
pub(super) const NOT_CACHED: &str = "no-store";

/// Sets the content security policy and related headers of the response.
pub(crate) fn set_security_headers() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let headers: [(HeaderName, &str); 4] = [
        (CONTENT_SECURITY_POLICY, &policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, NOT_CACHED),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.insert_header(name, value);
        }
    }
}

/// Forbids servers in front to change pages: some add scripts, remove comments or compress again. Outside of compression, which
/// respects the same directive.
pub(super) async fn forbid_transforming(mut response: Response) -> Response {
    if response.headers().get(CACHE_CONTROL).is_some_and(|value| value == NOT_CACHED) {
        let unchanged = HeaderValue::from_static("no-store, no-transform");
        response.headers_mut().insert(CACHE_CONTROL, unchanged);
    }
    response
}

/// Returns the theme that the reader selected, `light` or `dark`. Without one, the system's theme is used.
pub(crate) fn theme() -> Option<&'static str> {
    let parts = use_context::<Parts>()?;
    let cookies = parts.headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut themes = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| {
        match cookie.trim().strip_prefix("theme=")? {
            "light" => Some("light"),
            "dark" => Some("dark"),
            _ => None,
        }
    });
    themes.next()
}
