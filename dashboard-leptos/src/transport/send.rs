//! Sending calls from a browser.

use std::pin::Pin;

use leptos::{
    server_fn::redirect::{REDIRECT_HEADER, call_redirect_hook},
    web_sys::{Headers, RequestInit, RequestRedirect, Response, window},
};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::response;
use crate::{model::links, problem::Problem};

/// Sends a request to a path of the server, as `POST` if it has form fields. Returns the text of a [`response`].
pub(super) fn send(path: String, fields: Option<String>) -> Pin<Box<dyn Future<Output = String> + Send>> {
    // Browser code runs on one thread.
    Box::pin(SendWrapper::new(async move {
        let response = exchange(&links::url(&path), fields).await;
        response.unwrap_or_else(|_| response::text(false, Problem::NO_RESPONSE))
    }))
}

async fn exchange(url: &str, fields: Option<String>) -> Result<String, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    let request = RequestInit::new();
    if let Some(fields) = fields {
        request.set_method("POST");
        headers.set("content-type", "application/x-www-form-urlencoded")?;
        request.set_body(&JsValue::from_str(&fields));
    }
    request.set_headers(&headers);
    // The server redirects no call. A proxy does, to a page to sign in.
    request.set_redirect(RequestRedirect::Manual);
    let fetched = window().ok_or(JsValue::NULL)?.fetch_with_str_and_init(url, &request);
    let response: Response = JsFuture::from(fetched).await?.unchecked_into();
    let body = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    if response.headers().has(REDIRECT_HEADER)? {
        call_redirect_hook(&response.headers().get("location")?.unwrap_or_default());
    }
    if response.headers().has(response::ERROR_HEADER)? {
        return Ok(response::text(false, &body));
    }
    let content_type = response.headers().get("content-type")?.unwrap_or_default();
    Ok(response::unmarked(response.status(), &content_type, &body))
}
