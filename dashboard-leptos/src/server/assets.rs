//! The files that browsers load: WASM module, JavaScript and styles. The files are embedded in the binary. A file is
//! named after a hash of its content, so browsers may cache the file forever.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use edgewise_http::{Constant, not_found};

/// An embedded file.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    content: Constant,
}

/// The URLs of the files that a page loads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Links {
    pub(crate) style: &'static str,
    pub(crate) script: &'static str,
    /// The main part of the module.
    pub(crate) module: &'static str,
    /// The files of each other part, by its name.
    pub(crate) parts: &'static [(&'static str, &'static [&'static str])],
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
    let mut response = asset.content.response(&headers, asset.content_type).await;
    response.headers_mut().extend([
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]);
    response
}
