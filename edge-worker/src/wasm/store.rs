//! The snapshot store: an R2 bucket, or an HTTP origin.

use edgewise_api::Limits;
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    Env, Object,
    js_sys::{Uint8Array, futures::JsFuture},
    web_sys::{
        AbortSignal, Headers, ReadableStream, RequestCache, RequestInit, RequestRedirect, Response,
        WorkerGlobalScope,
    },
};

use super::body::{self, Unread};
use crate::{
    settings::{Settings, Store, Token},
    slot::LOOK_LIMIT_MS,
};

/// The largest object that is loaded: an isolate has 128 MB, and holds two versions while it swaps.
const OBJECT_BYTES: usize = 32 << 20;
const _: () = assert!(OBJECT_BYTES > Limits::DEFAULT.body_bytes);

/// An object as the store gives it, its content still to come.
pub(super) enum Found {
    Web(Response),
    Bucket(Object),
}

impl Found {
    /// Changes whenever the content does, if the store says so. Quoted.
    pub(super) fn etag(&self) -> Option<String> {
        match self {
            Self::Web(response) => response.headers().get("etag").ok().flatten(),
            Self::Bucket(object) => Some(object.http_etag()),
        }
    }

    /// The content, as it comes.
    pub(super) fn stream(&self) -> Option<ReadableStream> {
        match self {
            Self::Web(response) => response.body(),
            Self::Bucket(object) => match object.body()?.response_body().ok()? {
                worker::ResponseBody::Stream(stream) => Some(stream),
                _ => None,
            },
        }
    }

    /// The content, as a whole.
    ///
    /// # Errors
    /// What is wrong with the store, for the log.
    pub(super) async fn bytes(self) -> Result<Vec<u8>, String> {
        let too_large = || format!("it is larger than {OBJECT_BYTES} bytes");
        match self {
            Self::Web(response) => match body::of_response(&response, OBJECT_BYTES).await {
                Ok(bytes) => Ok(bytes),
                Err(Unread::TooLarge) => Err(too_large()),
                Err(Unread::Broken(problem)) => Err(problem),
            },
            Self::Bucket(object) if object.size() > OBJECT_BYTES as u64 => Err(too_large()),
            Self::Bucket(object) => match object.body() {
                Some(body) => body.bytes().await.map_err(|problem| problem.to_string()),
                None => Err("it has no content".to_owned()),
            },
        }
    }
}

/// The object at `path`, or `None` if there is none.
///
/// # Errors
/// What is wrong with the store, for the log.
pub(super) async fn get(settings: &Settings, env: &Env, path: &str) -> Result<Option<Found>, String> {
    match &settings.store {
        Store::Web(base) => from_web(&format!("{base}/{path}"), settings.store_token.as_ref()).await,
        Store::Bucket { binding, prefix } => {
            let bucket = env.bucket(binding).map_err(|problem| problem.to_string())?;
            let object = bucket.get(format!("{prefix}{path}")).execute().await;
            Ok(object.map_err(|problem| problem.to_string())?.map(Found::Bucket))
        }
    }
}

async fn from_web(url: &str, token: Option<&Token>) -> Result<Option<Found>, String> {
    let response = send(url, token, &RequestInit::new()).await?;
    match response.status() {
        200 => Ok(Some(Found::Web(response))),
        // A public bucket says 403 of an object that is not there.
        404 | 403 => Ok(None),
        status => Err(format!("the store answered with status {status}")),
    }
}

/// Sends JSON.
///
/// # Errors
/// Why it was not taken, for the log.
pub(super) async fn post(url: &str, token: Option<&Token>, body: &[u8]) -> Result<(), String> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&Uint8Array::from(body));
    match send(url, token, &init).await?.status() {
        200..=299 => Ok(()),
        status => Err(format!("it answered with status {status}")),
    }
}

async fn send(url: &str, token: Option<&Token>, init: &RequestInit) -> Result<Response, String> {
    let failed = |problem: JsValue| body::text(&problem);
    let headers = Headers::new().map_err(failed)?;
    headers.set("user-agent", concat!("edgewise/", env!("CARGO_PKG_VERSION"))).map_err(failed)?;
    headers.set("content-type", "application/json").map_err(failed)?;
    if let Some(token) = token {
        headers.set("authorization", &token.authorization()).map_err(failed)?;
    }
    init.set_headers(&headers);
    // A token goes where it is meant to go alone; and what is cached is for `shared` to say.
    init.set_redirect(RequestRedirect::Manual);
    init.set_cache(RequestCache::NoStore);
    #[expect(clippy::cast_possible_truncation, reason = "it is 5,000")]
    init.set_signal(Some(&AbortSignal::timeout_with_u32(LOOK_LIMIT_MS as u32)));
    let scope: WorkerGlobalScope = worker::js_sys::global().unchecked_into();
    let response = JsFuture::from(scope.fetch_with_str_and_init(url, init)).await.map_err(failed)?;
    Ok(response.unchecked_into())
}
