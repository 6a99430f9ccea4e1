//! The files that browsers load: WASM module, JavaScript and styles. The files are embedded in the binary. A file is
//! named after a hash of its content, so browsers may cache the file forever.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use edgewise_http::not_found;

/// An embedded file.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    /// The content after brotli compression.
    brotli: &'static [u8],
}

/// The URLs of the files that a page loads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Links {
    pub(crate) style: &'static str,
    pub(crate) script: &'static str,
    pub(crate) module: &'static str,
}

// `ASSETS` and `LINKS`, which build.rs generates.
include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Returns the URLs; `None` if the files have not been built.
pub(crate) const fn links() -> Option<Links> {
    LINKS
}

/// Serves the file with this name.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return not_found().await.into_response();
    };
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok());
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, asset.content_type)
        .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::VARY, "accept-encoding");
    let body = if accepted.is_some_and(accepts_brotli) {
        response = response.header(header::CONTENT_ENCODING, "br");
        asset.brotli
    } else {
        asset.bytes
    };
    response.body(Body::from(body)).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn accepts_brotli(accepted: &str) -> bool {
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        parts.next() == Some("br") && !parts.any(refused)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_only_to_clients_that_accept_it() {
        assert!(accepts_brotli("gzip, deflate, br, zstd") && accepts_brotli("br;q=0.5"));
        assert!(!accepts_brotli("gzip, deflate") && !accepts_brotli("br;q=0") && !accepts_brotli("brotli"));
    }
}
