//! Reading bodies up to a size limit.

use edgewise_api::{ApiError, Limits};
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    js_sys::{JsString, Reflect, Uint8Array, futures::JsFuture},
    web_sys::{Headers, ReadableStream, ReadableStreamDefaultReader, Request, Response},
};

use super::time::within;

/// The timeout of receiving a request body.
const BODY_TIMEOUT_MS: u64 = 30_000;

/// How much of a body beyond the limit is read and discarded, in bytes. The runtime closes a connection with an unread body
/// after the response, which can break the client's next request on this connection.
const DISCARDED_BYTES: usize = 8 << 20;

/// The error of reading a body.
pub(super) enum BodyError {
    /// The body is larger than the limit.
    TooLarge,
    /// The body ended early.
    Incomplete(String),
}

/// Reads a request body.
///
/// # Errors
/// Returns 413 if the body is too large, 408 if the body does not arrive in time, and 400 if the body ends early.
pub(super) async fn read(request: &Request) -> Result<Vec<u8>, ApiError> {
    let limit = Limits::DEFAULT.body_bytes;
    let Some(body) = request.body() else { return Ok(Vec::new()) };
    let read = async {
        match declared(&request.headers()) {
            Some(length) if length > limit + DISCARDED_BYTES => Err(BodyError::TooLarge),
            // The runtime enforces the declared length.
            Some(length) if length <= limit => match request.array_buffer() {
                Ok(buffer) => buffer_bytes(JsFuture::from(buffer).await),
                Err(problem) => Err(BodyError::Incomplete(text(&problem))),
            },
            _ => drain(&body, limit, DISCARDED_BYTES).await,
        }
    };
    match within(BODY_TIMEOUT_MS, read).await {
        Some(Ok(bytes)) => Ok(bytes),
        Some(Err(BodyError::TooLarge)) => Err(ApiError::too_large(limit)),
        Some(Err(BodyError::Incomplete(_))) => {
            Err(ApiError::invalid("the body ended before it was complete"))
        }
        None => Err(ApiError::timeout()),
    }
}

/// Reads a response body. The runtime reverses the coding of a compressed body, whose declared length is that of the
/// compressed one.
pub(super) async fn of_response(response: &Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    let is_encoded = response.headers().has("content-encoding").unwrap_or(false);
    match declared(&response.headers()).filter(|_| !is_encoded) {
        Some(length) if length > limit => Err(BodyError::TooLarge),
        Some(_) => match response.array_buffer() {
            Ok(buffer) => buffer_bytes(JsFuture::from(buffer).await),
            Err(problem) => Err(BodyError::Incomplete(text(&problem))),
        },
        None => match response.body() {
            Some(body) => drain(&body, limit, 0).await,
            None => Ok(Vec::new()),
        },
    }
}

/// Returns the message of a thrown value.
pub(super) fn text(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| thrown.as_string()).unwrap_or_else(|| "unknown error".to_owned())
}

fn declared(headers: &Headers) -> Option<usize> {
    headers.get("content-length").ok().flatten()?.parse().ok()
}

fn buffer_bytes<E: AsRef<JsValue>>(buffer: Result<impl AsRef<JsValue>, E>) -> Result<Vec<u8>, BodyError> {
    match buffer {
        Ok(buffer) => Ok(Uint8Array::new(buffer.as_ref()).to_vec()),
        Err(problem) => Err(BodyError::Incomplete(text(problem.as_ref()))),
    }
}

/// Reads a stream of at most `limit` bytes. Of a larger one, reads and discards `discarded` more bytes, and cancels the rest.
async fn drain(body: &ReadableStream, limit: usize, discarded: usize) -> Result<Vec<u8>, BodyError> {
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let (done, value): (JsString, JsString) = ("done".into(), "value".into());
    let mut bytes = Vec::new();
    let mut length = 0;
    loop {
        let broken = |problem: JsValue| BodyError::Incomplete(text(&problem));
        let chunk = JsFuture::from(reader.read()).await.map_err(broken)?;
        if Reflect::get(&chunk, &done).map_err(broken)?.is_truthy() {
            return if length > limit { Err(BodyError::TooLarge) } else { Ok(bytes) };
        }
        let chunk: Uint8Array = Reflect::get(&chunk, &value).map_err(broken)?.unchecked_into();
        length += chunk.length() as usize;
        if length > limit + discarded {
            drop(reader.cancel());
            return Err(BodyError::TooLarge);
        }
        if length > limit {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk.to_vec());
        }
    }
}
