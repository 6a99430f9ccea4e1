//! The headers of pages: those of responses, and the theme cookie of requests.

use axum::http::{
    HeaderValue,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
    request::Parts,
};
use leptos::prelude::{use_context, use_nonce};
use leptos_axum::ResponseOptions;

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
        // A page shows the current state, for the current user.
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.insert_header(name, value);
        }
    }
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
