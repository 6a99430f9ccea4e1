//! What the runtime calls with each request.

use edgewise_api::{ApiError, json};
use wasm_bindgen::prelude::*;
use worker::{
    Env,
    js_sys::futures::future_to_promise,
    web_sys::{Request, Response},
    worker_sys,
};

use super::{
    answer::{self, Answering},
    body, configs,
    deciding::{decide, decide_waiting, prepare, wait},
    state::{configure, with_isolate},
    time::now_ms,
};
use crate::{
    health::health,
    isolate::{Asked, Step},
    route::Route,
};

/// Answers a request: a `Response`, or a promise of one.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "what is exported must be public")]
pub fn fetch(request: Request, env: Env, context: worker_sys::Context) -> JsValue {
    if let Err(error) = configure(&env) {
        return answer::error(&error).into();
    }
    let (method, url) = (request.method(), request.url());
    match (Route::of(&url), method.as_str()) {
        (Route::Decide(query), "GET" | "HEAD") => {
            let answering = Answering::to(&request);
            match decide(Asked::Query(query), &env, &context, false) {
                Ok(Step::Answer { body, place }) => answering.decided(&body, place).into(),
                Ok(Step::Wait { place, patience_ms }) => promise(async move {
                    wait(&[(place, patience_ms)]).await;
                    let Route::Decide(query) = Route::of(&url) else { return answering.unknown() };
                    answering.step(decide(Asked::Query(query), &env, &context, true))
                }),
                Err(error) => answering.error(&error).into(),
            }
        }
        (Route::Decide(_), "POST") => {
            let answering = Answering::to(&request);
            promise(async move {
                match posted(&request).await {
                    Ok(body) => answering.step(decide_waiting(Asked::Body(&body), &env, &context).await),
                    Err(error) => answering.error(&error),
                }
            })
        }
        (Route::Decide(_), "OPTIONS") => Answering::to(&request).preflight().into(),
        (Route::Configs(path), _) => {
            let path = path.to_owned();
            promise(async move { configs::answer(&request, &method, &path, &env, &context).await })
        }
        (Route::Health, "GET" | "HEAD") => promise(async move {
            let count = with_isolate(|isolate| isolate.slots().len()).unwrap_or_default();
            let waits: Vec<_> = (0..count).map(|place| (place, prepare(place, &env, &context))).collect();
            wait(&waits).await;
            let said = with_isolate(|isolate| health(isolate, now_ms(), memory_bytes()));
            let (status, body) = said.unwrap_or((500, Vec::new()));
            answer::json(status, &body)
        }),
        _ => Answering::to(&request).unknown().into(),
    }
}

fn promise(answer: impl Future<Output = Response> + 'static) -> JsValue {
    future_to_promise(async move { Ok(answer.await.into()) }).into()
}

async fn posted(request: &Request) -> Result<Vec<u8>, ApiError> {
    let body = body::read(request).await?;
    let declared = request.headers().get("content-type").ok().flatten();
    if !body.is_empty() && !declared.is_some_and(|declared| json::is_declared_by(&declared)) {
        return Err(ApiError::not_json());
    }
    Ok(body)
}

/// How much memory this instance has taken. It never gives any back.
fn memory_bytes() -> usize {
    const PAGE: usize = 65_536;
    core::arch::wasm32::memory_size::<0>() * PAGE
}
