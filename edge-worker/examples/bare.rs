//! A worker that responds with constant bytes in the same way as the edge worker: without a promise, and with headers that
//! are built once. The benchmark compares with this worker to measure the cost of decisions.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen::prelude::wasm_bindgen;
use worker::{
    Env,
    js_sys::{Date, Uint8Array},
    web_sys::{Headers, Request, Response, ResponseInit},
    worker_sys::Context,
};

thread_local! {
    static RESPONSE: std::cell::OnceCell<(Vec<u8>, ResponseInit)> = const { std::cell::OnceCell::new() };
}

/// Responds to a request.
#[wasm_bindgen]
pub fn fetch(request: Request, env: Env, _: Context) -> Response {
    let read = (request.method(), request.url(), Date::now());
    RESPONSE.with(|response| {
        let (body, init) = response.get_or_init(|| {
            let init = ResponseInit::new();
            if let Ok(headers) = Headers::new() {
                for (name, value) in [
                    ("content-type", "application/json"),
                    ("cache-control", "no-store"),
                    ("x-config-version", "1"),
                    ("x-config-age", "0"),
                    ("x-config-status", "current"),
                ] {
                    drop(headers.append(name, value));
                }
                init.set_headers(&headers);
            }
            (env.var("BODY").map(|body| body.to_string().into_bytes()).unwrap_or_default(), init)
        });
        let body = Uint8Array::from(if read.1.is_empty() { &[] } else { body.as_slice() });
        Response::new_with_opt_js_u8_array_and_init(Some(&body), init).unwrap_or_else(|_| Response::error())
    })
}
