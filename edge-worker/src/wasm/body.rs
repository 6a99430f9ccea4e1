//! Reading bodies, no further than they may be long.

use edgewise_api::{ApiError, Limits};
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    js_sys::{JsString, Reflect, Uint8Array, futures::JsFuture},
    web_sys::{Headers, ReadableStream, ReadableStreamDefaultReader, Request, Response},
};

use super::time::within;

/// How long a client may take to send a body.
const PATIENCE_MS: u64 = 30_000;

/// Why a body could not be read.
pub(super) enum Unread {
    /// It is longer than it may be.
    TooLarge,
    /// It broke off.
    Broken(String),
}

/// A request's body.
///
/// # Errors
/// 413 for one that is too large, 408 for one that does not arrive in time, 400 for one that ends early.
pub(super) async fn read(request: &Request) -> Result<Vec<u8>, ApiError> {
    let limit = Limits::DEFAULT.body_bytes;
    let Some(body) = request.body() else { return Ok(Vec::new()) };
    let read = async {
        match declared(&request.headers()) {
            Some(length) if length > limit => Err(Unread::TooLarge),
            // The runtime sees to it that no more comes than was declared.
            Some(_) => match request.array_buffer() {
                Ok(buffer) => buffer_bytes(JsFuture::from(buffer).await),
                Err(problem) => Err(Unread::Broken(text(&problem))),
            },
            None => drain(&body, limit).await,
        }
    };
    match within(PATIENCE_MS, read).await {
        Some(Ok(bytes)) => Ok(bytes),
        Some(Err(Unread::TooLarge)) => Err(ApiError::too_large(limit)),
        Some(Err(Unread::Broken(_))) => Err(ApiError::invalid("the body ended before it was complete")),
        None => Err(ApiError::timeout()),
    }
}

/// An answer's body.
pub(super) async fn of_response(response: &Response, limit: usize) -> Result<Vec<u8>, Unread> {
    match declared(&response.headers()) {
        Some(length) if length > limit => Err(Unread::TooLarge),
        Some(_) => match response.array_buffer() {
            Ok(buffer) => buffer_bytes(JsFuture::from(buffer).await),
            Err(problem) => Err(Unread::Broken(text(&problem))),
        },
        None => match response.body() {
            Some(body) => drain(&body, limit).await,
            None => Ok(Vec::new()),
        },
    }
}

/// What a thrown value says.
pub(super) fn text(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| thrown.as_string()).unwrap_or_else(|| "it failed".to_owned())
}

fn declared(headers: &Headers) -> Option<usize> {
    headers.get("content-length").ok().flatten()?.parse().ok()
}

fn buffer_bytes<E: AsRef<JsValue>>(buffer: Result<impl AsRef<JsValue>, E>) -> Result<Vec<u8>, Unread> {
    match buffer {
        Ok(buffer) => Ok(Uint8Array::new(buffer.as_ref()).to_vec()),
        Err(problem) => Err(Unread::Broken(text(problem.as_ref()))),
    }
}

async fn drain(body: &ReadableStream, limit: usize) -> Result<Vec<u8>, Unread> {
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let (done, value): (JsString, JsString) = ("done".into(), "value".into());
    let mut bytes = Vec::new();
    loop {
        let broken = |problem: JsValue| Unread::Broken(text(&problem));
        let chunk = JsFuture::from(reader.read()).await.map_err(broken)?;
        if Reflect::get(&chunk, &done).map_err(broken)?.is_truthy() {
            return Ok(bytes);
        }
        let chunk: Uint8Array = Reflect::get(&chunk, &value).map_err(broken)?.unchecked_into();
        if bytes.len() + chunk.length() as usize > limit {
            drop(reader.cancel());
            return Err(Unread::TooLarge);
        }
        bytes.extend_from_slice(&chunk.to_vec());
    }
}
