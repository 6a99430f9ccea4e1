//! Sending calls from a browser.

use std::pin::Pin;

use leptos::{
    server_fn::redirect::{REDIRECT_HEADER, call_redirect_hook},
    web_sys::{Headers, RequestInit, Response, window},
};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::response;
use crate::problem::Problem;

/// Sends a request, as `POST` if it has form fields. Returns the text of a [`response`].
pub(super) fn send(url: String, fields: Option<String>) -> Pin<Box<dyn Future<Output = String> + Send>> {
    // Browser code runs on one thread.
    Box::pin(SendWrapper::new(async move {
        match exchange(&url, fields).await {
            Ok((ok, json)) => response::text(ok, &json),
            Err(_) => response::text(false, Problem::NO_RESPONSE),
        }
    }))
}

/// Returns whether the request succeeded, and the body of the response.
async fn exchange(url: &str, fields: Option<String>) -> Result<(bool, String), JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    let request = RequestInit::new();
    if let Some(fields) = fields {
        request.set_method("POST");
        headers.set("content-type", "application/x-www-form-urlencoded")?;
        request.set_body(&JsValue::from_str(&fields));
    }
    request.set_headers(&headers);
    let fetched = window().ok_or(JsValue::NULL)?.fetch_with_str_and_init(url, &request);
    let response: Response = JsFuture::from(fetched).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    if response.headers().has(REDIRECT_HEADER)? {
        call_redirect_hook(&response.headers().get("location")?.unwrap_or_default());
    }
    Ok((response.ok(), text))
}
