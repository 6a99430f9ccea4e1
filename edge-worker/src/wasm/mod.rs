//! What touches the runtime: reading requests, building answers, fetching, caching, waiting.
//!
//! A decision from what is loaded is answered at once, without a promise, and with as few calls between WASM and
//! JavaScript as possible; all else may take its time. Nothing is awaited across requests: in this runtime, I/O belongs to
//! the request that began it, and dies with it. Requests that wait for another's look ask the isolate's memory, by timers
//! of their own.

mod answer;
mod body;
mod configs;
mod look;
mod report;
mod shared;
mod store;
mod time;

use std::cell::RefCell;

use edgewise_api::{ApiError, json};
use wasm_bindgen::prelude::*;
use worker::{
    Context, Env, console_error,
    js_sys::{Reflect, futures::future_to_promise},
    web_sys::{Request, Response},
    worker_sys,
};

use crate::{
    health::health,
    isolate::{Asked, Isolate, Step},
    route::Route,
    settings::Settings,
    slot::LOOK_LIMIT_MS,
};
use answer::Answering;
use time::{now_ms, pause};

/// Most looks have ended by then, so that it pays to ask often.
const SOON_MS: u64 = 50;

thread_local! {
    static ISOLATE: RefCell<Option<Isolate>> = const { RefCell::new(None) };
}

/// Hands the isolate to `then`, if its settings could be read.
fn with_isolate<R>(then: impl FnOnce(&mut Isolate) -> R) -> Option<R> {
    ISOLATE.with_borrow_mut(|isolate| isolate.as_mut().map(then))
}

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

/// Reads the settings, unless this isolate has done so.
fn configure(env: &Env) -> Result<(), ApiError> {
    ISOLATE.with_borrow_mut(|isolate| {
        if isolate.is_none() {
            let settings = Settings::read(|name| Reflect::get(env, &name.into()).ok()?.as_string());
            *isolate = Some(Isolate::new(settings.map_err(|problem| {
                console_error!("the worker is not configured: {problem}");
                ApiError::internal("the worker is not configured: its log says what is missing")
            })?));
        }
        Ok(())
    })
}

fn promise(answer: impl Future<Output = Response> + 'static) -> JsValue {
    future_to_promise(async move { Ok(answer.await.into()) }).into()
}

fn decide(
    asked: Asked<'_>,
    env: &Env,
    context: &worker_sys::Context,
    waited: bool,
) -> Result<Step, ApiError> {
    let decided = with_isolate(|isolate| {
        isolate.decide(asked, now_ms(), waited, |place| begin_look(place, env, context))
    });
    let step = decided.unwrap_or_else(|| Err(ApiError::internal("the worker is not configured")))?;
    report::send_if_due(context);
    Ok(step)
}

async fn decide_waiting(
    asked: Asked<'_>,
    env: &Env,
    context: &worker_sys::Context,
) -> Result<Step, ApiError> {
    match decide(asked, env, context, false)? {
        Step::Wait { place, patience_ms } => {
            wait(&[(place, patience_ms)]).await;
            decide(asked, env, context, true)
        }
        answer => Ok(answer),
    }
}

fn prepare(place: usize, env: &Env, context: &worker_sys::Context) -> u64 {
    let patience =
        with_isolate(|isolate| isolate.prepare(place, now_ms(), |place| begin_look(place, env, context)));
    patience.unwrap_or_default()
}

/// Looks at the store, in time that the runtime grants this request beyond its answer.
fn begin_look(place: usize, env: &Env, context: &worker_sys::Context) {
    let env = env.clone();
    beyond_the_answer(context, async move { look::look(place, &env).await });
}

fn beyond_the_answer(context: &worker_sys::Context, work: impl Future<Output = ()> + 'static) {
    let context: &JsValue = context.as_ref();
    Context::new(context.clone().unchecked_into()).wait_until(work);
}

/// Waits until the looks at these slots have ended, each for so many milliseconds at most.
async fn wait(slots: &[(usize, u64)]) {
    let began = now_ms();
    let waits = |&(place, patience_ms): &(usize, u64)| {
        let now = now_ms();
        let still =
            with_isolate(|isolate| isolate.slots().get(place).map_or(0, |slot| slot.patience_ms(now)));
        now.saturating_sub(began) < patience_ms.min(LOOK_LIMIT_MS) && still.is_some_and(|still| still > 0)
    };
    while slots.iter().any(waits) {
        let soon = now_ms().saturating_sub(began) < SOON_MS;
        pause(if soon { 1 } else { 10 }).await;
    }
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
