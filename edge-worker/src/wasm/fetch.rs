//! The entry point, which the runtime calls with each request.

use edgewise_api::{ApiError, json};
use wasm_bindgen::prelude::*;
use worker::{
    Env,
    js_sys::futures::future_to_promise,
    web_sys::{Request, Response},
    worker_sys,
};

use super::{
    body, configs,
    deciding::{decide, decide_waiting, poll_if_due, wait},
    response::{self, DecideResponder},
    state::{configure, with_isolate},
    time::now_ms,
};
use crate::{
    health::health,
    isolate::{DecideInput, Step},
    route::Route,
};

/// Handles a request. Returns a `Response`, or a promise of a `Response`.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "exported functions must be public")]
pub fn fetch(request: Request, env: Env, context: worker_sys::Context) -> JsValue {
    if let Err(error) = configure(&env) {
        return response::error(&error).into();
    }
    let (method, url) = (request.method(), request.url());
    match (Route::of(&url), method.as_str()) {
        (Route::Decide(query), "GET" | "HEAD") => {
            let responder = DecideResponder::to(&request);
            match decide(DecideInput::Query(query), &env, &context, false) {
                Ok(Step::Respond { body, index }) => responder.decided(&body, index).into(),
                Ok(Step::Wait { index, max_wait_ms }) => promise(async move {
                    wait(&[(index, max_wait_ms)]).await;
                    let Route::Decide(query) = Route::of(&url) else { return responder.unknown() };
                    responder.step(decide(DecideInput::Query(query), &env, &context, true))
                }),
                Err(error) => responder.error(&error).into(),
            }
        }
        (Route::Decide(_), "POST") => {
            let responder = DecideResponder::to(&request);
            promise(async move {
                match read_json(&request).await {
                    Ok(body) => {
                        responder.step(decide_waiting(DecideInput::Body(&body), &env, &context).await)
                    }
                    Err(error) => responder.error(&error),
                }
            })
        }
        (Route::Decide(_), "OPTIONS") => DecideResponder::to(&request).preflight().into(),
        (Route::Configs(path, query), _) => {
            let (path, query) = (path.to_owned(), query.to_owned());
            let request_context: JsValue = AsRef::<JsValue>::as_ref(&context).clone();
            let response = future_to_promise(async move {
                Ok(configs::respond(&request, &method, (&path, &query), &env, &context).await.into())
            });
            // Also after the client has gone away: otherwise, what was read of the object would stay in memory.
            drop(request_context.unchecked_ref::<worker_sys::Context>().wait_until(&response));
            response.into()
        }
        (Route::Health, "GET" | "HEAD") => promise(async move {
            let count = with_isolate(|isolate| isolate.slots().len()).unwrap_or_default();
            let waits: Vec<_> = (0..count).map(|index| (index, poll_if_due(index, &env, &context))).collect();
            wait(&waits).await;
            let response = with_isolate(|isolate| health(isolate, now_ms(), memory_bytes()));
            let (status, body) = response.unwrap_or((500, Vec::new()));
            response::json(status, &body)
        }),
        _ => DecideResponder::to(&request).unknown().into(),
    }
}

fn promise(response: impl Future<Output = Response> + 'static) -> JsValue {
    future_to_promise(async move { Ok(response.await.into()) }).into()
}

async fn read_json(request: &Request) -> Result<Vec<u8>, ApiError> {
    let body = body::read(request).await?;
    let declared = request.headers().get("content-type").ok().flatten();
    if !body.is_empty() && !declared.is_some_and(|declared| json::is_declared_by(&declared)) {
        return Err(ApiError::not_json());
    }
    Ok(body)
}

/// Returns the size of this instance's memory, which never shrinks.
fn memory_bytes() -> usize {
    const PAGE: usize = 65_536;
    core::arch::wasm32::memory_size::<0>() * PAGE
}
