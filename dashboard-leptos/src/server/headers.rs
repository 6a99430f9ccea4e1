//! What a page's answer says about itself, and what its request says about the reader.

use axum::http::{
    HeaderValue,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
    request::Parts,
};
use leptos::prelude::{use_context, use_nonce};
use leptos_axum::ResponseOptions;

/// Lets the page run its own scripts alone, and nobody frame it.
pub(crate) fn protect() {
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
        // What it shows is as of now, and for whoever asked.
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.insert_header(name, value);
        }
    }
}

/// The theme that the reader has chosen, `light` or `dark`; otherwise the system's is used.
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
