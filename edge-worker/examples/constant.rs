//! A worker that only responds with constant bytes, in the usual style of the crate `worker`: a baseline of the benchmark.
#![cfg(target_arch = "wasm32")]

use worker::{Context, Env, Headers, Request, Response, Result, event};

thread_local! {
    static BODY: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
}

#[event(fetch)]
async fn fetch(_: Request, env: Env, _: Context) -> Result<Response> {
    let body = BODY.with_borrow_mut(|body| {
        if body.is_empty() {
            *body = env.var("BODY").map(|body| body.to_string().into_bytes()).unwrap_or_default();
        }
        body.clone()
    });
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    headers.set("cache-control", "no-store")?;
    headers.set("x-config-version", "1")?;
    headers.set("x-config-age", "0")?;
    headers.set("x-config-status", "current")?;
    Ok(Response::from_bytes(body)?.with_headers(headers))
}
