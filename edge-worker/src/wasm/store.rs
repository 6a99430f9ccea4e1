//! The snapshot store: an R2 bucket, or an HTTP origin.

use edgewise_api::{Limits, loading::Wanted, refusal};
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    Env,
    js_sys::{Reflect, Uint8Array, futures::JsFuture},
    web_sys::{
        AbortSignal, Headers, ReadableStream, RequestCache, RequestInit, RequestRedirect, Response,
        WorkerGlobalScope,
    },
    worker_sys::{R2Bucket, R2ObjectBody},
};

use super::{
    body::{self, BodyError},
    cache::address,
    response,
};
use crate::{
    exposures::SEND_TIMEOUT_MS,
    settings::{Settings, Store, Token},
    slot::POLL_TIMEOUT_MS,
};

/// The largest object that is loaded. An isolate has 128 MB, and has two versions in memory during a swap.
const OBJECT_BYTES: usize = 32 << 20;
const _: () = assert!(OBJECT_BYTES > Limits::DEFAULT.body_bytes);

/// The size limit of what is read of an error response.
const ERROR_BYTES: usize = 64 << 10;

/// A found object, whose content is not read yet.
pub(super) struct Found {
    content: Response,
    /// The entity tag, with quotes, if the store sends a tag.
    pub(super) etag: Option<String>,
}

impl Found {
    /// Returns the content as a stream.
    pub(super) fn stream(&self) -> Option<ReadableStream> {
        self.content.body()
    }

    /// Reads the whole content.
    ///
    /// # Errors
    /// Returns a text about the error, for the log.
    pub(super) async fn bytes(self) -> Result<Vec<u8>, String> {
        let bytes = self.bytes_up_to(OBJECT_BYTES).await?;
        bytes.ok_or_else(|| format!("the object is larger than {OBJECT_BYTES} bytes"))
    }

    /// Reads the whole content. Returns `None` if the content is larger than `limit` bytes.
    ///
    /// # Errors
    /// Returns a text about the error, for the log.
    pub(super) async fn bytes_up_to(self, limit: usize) -> Result<Option<Vec<u8>>, String> {
        match body::of_response(&self.content, limit).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(BodyError::TooLarge) => Ok(None),
            Err(BodyError::Incomplete(problem)) => Err(problem),
        }
    }
}

/// Fetches an object. Returns `None` if there is no such object.
///
/// # Errors
/// Returns a text about the error, for the log.
pub(super) async fn get(settings: &Settings, env: &Env, wanted: &Wanted) -> Result<Option<Found>, String> {
    let path = &wanted.path;
    match &settings.store {
        Store::Web(base) => {
            let url = address(&format!("{base}/{path}"), wanted.content.as_deref());
            from_web(&url, settings.store_token.as_ref(), wanted.past_caches).await
        }
        // No cache is in front of a bucket.
        Store::Bucket { binding, prefix } => from_bucket(env, binding, format!("{prefix}{path}")).await,
    }
}

async fn from_bucket(env: &Env, binding: &str, key: String) -> Result<Option<Found>, String> {
    let failed = |problem: JsValue| body::text(&problem);
    let bucket = Reflect::get(env, &binding.into()).map_err(failed)?;
    if !bucket.is_object() {
        return Err(format!("there is no binding `{binding}`: bind a bucket in wrangler.toml"));
    }
    let bucket: R2Bucket = bucket.unchecked_into();
    let object = bucket.get(key, JsValue::UNDEFINED).map_err(failed)?;
    let object = JsFuture::from(object).await.map_err(failed)?;
    if object.is_null() {
        return Ok(None);
    }
    let object: R2ObjectBody = object.unchecked_into();
    let content = response::stream(&response::init(200, &[]), Some(&object.body().map_err(failed)?));
    Ok(Some(Found { content, etag: object.http_etag().ok() }))
}

async fn from_web(url: &str, token: Option<&Token>, past_caches: bool) -> Result<Option<Found>, String> {
    let response = send(url, token, past_caches, POLL_TIMEOUT_MS, &RequestInit::new()).await?;
    match response.status() {
        200 => {
            let etag = response.headers().get("etag").ok().flatten();
            Ok(Some(Found { content: response, etag }))
        }
        status @ (404 | 403) => {
            let problem = body::of_response(&response, ERROR_BYTES).await.unwrap_or_default();
            if refusal::is_absent(status, &problem) {
                return Ok(None);
            }
            let code = refusal::error_code(&problem).unwrap_or("no code");
            Err(format!("the store refused the request with status {status} ({code})"))
        }
        status => Err(format!("the store responded with status {status}")),
    }
}

/// The response to a post.
pub(super) struct Reply {
    pub(super) status: u16,
    /// The header `retry-after`.
    pub(super) retry_after: Option<String>,
}

/// Posts JSON.
///
/// # Errors
/// Returns a text about the error, for the log.
pub(super) async fn post(url: &str, token: Option<&Token>, body: &[u8]) -> Result<Reply, String> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&Uint8Array::from(body));
    let response = send(url, token, false, SEND_TIMEOUT_MS, &init).await?;
    Ok(Reply { status: response.status(), retry_after: response.headers().get("retry-after").ok().flatten() })
}

async fn send(
    url: &str,
    token: Option<&Token>,
    past_caches: bool,
    timeout_ms: u64,
    init: &RequestInit,
) -> Result<Response, String> {
    let failed = |problem: JsValue| body::text(&problem);
    let headers = Headers::new().map_err(failed)?;
    headers.set("user-agent", concat!("edgewise/", env!("CARGO_PKG_VERSION"))).map_err(failed)?;
    headers.set("content-type", "application/json").map_err(failed)?;
    if let Some(token) = token {
        headers.set("authorization", &token.authorization()).map_err(failed)?;
    }
    if past_caches {
        headers.set("cache-control", "no-cache").map_err(failed)?;
    }
    init.set_headers(&headers);
    // Redirects are not followed, so that the token is sent only to the configured address. Caching is up to `cache`.
    init.set_redirect(RequestRedirect::Manual);
    init.set_cache(RequestCache::NoStore);
    #[expect(clippy::cast_possible_truncation, reason = "timeouts are some thousands")]
    init.set_signal(Some(&AbortSignal::timeout_with_u32(timeout_ms as u32)));
    let scope: WorkerGlobalScope = worker::js_sys::global().unchecked_into();
    let response = JsFuture::from(scope.fetch_with_str_and_init(url, init)).await.map_err(failed)?;
    Ok(response.unchecked_into())
}
