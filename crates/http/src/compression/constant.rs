//! Content that never changes.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use tokio::sync::OnceCell;

use super::{
    coding::{Accepted, Coding},
    compress::{MIN_BYTES, compress},
    headers::{set_coding, vary_by_encoding},
};

/// Content that never changes. The content is compressed on the first request of a client that accepts a coding, and the
/// result is kept.
#[derive(Debug)]
pub struct Constant {
    content: Bytes,
    brotli: OnceCell<Option<Bytes>>,
    gzip: OnceCell<Option<Bytes>>,
}

impl Constant {
    /// Creates a constant that is compressed when needed.
    #[must_use]
    pub const fn new(content: Bytes) -> Self {
        Self { content, brotli: OnceCell::const_new(), gzip: OnceCell::const_new() }
    }

    /// Creates a constant whose content after Brotli compression is known.
    #[must_use]
    pub const fn with_brotli(content: &'static [u8], brotli: &'static [u8]) -> Self {
        Self {
            content: Bytes::from_static(content),
            brotli: OnceCell::const_new_with(Some(Bytes::from_static(brotli))),
            gzip: OnceCell::const_new(),
        }
    }

    /// Returns a response with the content, in the coding that the client prefers.
    pub async fn response(&self, request: &HeaderMap, content_type: &'static str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        let body = self.body(request, &mut headers).await;
        let mut response = Response::new(Body::from(body));
        *response.headers_mut() = headers;
        response
    }

    async fn body(&self, request: &HeaderMap, headers: &mut HeaderMap) -> Bytes {
        if self.content.len() < MIN_BYTES {
            return self.content.clone();
        }
        vary_by_encoding(headers);
        let preferred = Accepted::from_headers(request).preferred(&[Coding::Brotli, Coding::Gzip]);
        let Some(coding) = preferred else { return self.content.clone() };
        let compressed = match coding {
            Coding::Brotli => &self.brotli,
            Coding::Gzip => &self.gzip,
        };
        match compressed.get_or_init(|| compress(coding, &self.content)).await {
            Some(compressed) => {
                set_coding(headers, coding);
                compressed.clone()
            }
            None => self.content.clone(),
        }
    }
}
