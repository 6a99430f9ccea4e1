//! `/configs/…`: published objects for browsers, passed through from the store or from what isolates share.

use edgewise_api::{ApiError, paths, published};
use worker::{
    Env, console_warn,
    web_sys::{ReadableStream, Request, Response},
    worker_sys,
};

use super::{
    answer,
    background::beyond_the_answer,
    shared::{self, Content, Shared},
    state::with_isolate,
    store,
    time::{now_ms, within},
};
use crate::{settings::Settings, slot::LOOK_LIMIT_MS};

/// What every answer carries: pages of any site may read it.
const OPEN: [(&str, &str); 2] =
    [("access-control-allow-origin", "*"), ("access-control-expose-headers", "etag")];

pub(super) async fn answer(
    request: &Request,
    method: &str,
    path: &str,
    env: &Env,
    context: &worker_sys::Context,
) -> Response {
    let settings = with_isolate(|isolate| isolate.settings().clone());
    let (Some(settings), Some((environment, path))) = (settings, published::object(path)) else {
        return refused(&ApiError::not_found("no such object"));
    };
    if !settings.environments.contains(&environment) {
        return refused(&ApiError::not_found("no such object"));
    }
    match method {
        "GET" | "HEAD" => {
            let asked = request.headers().get("if-none-match").ok().flatten();
            read(&settings, asked.as_deref(), method == "HEAD", path, env, context)
                .await
                .unwrap_or_else(|error| refused(&error))
        }
        "OPTIONS" => preflight(),
        _ => refused(&ApiError::not_found("no such object")),
    }
}

async fn read(
    settings: &Settings,
    asked: Option<&str>,
    head: bool,
    path: String,
    env: &Env,
    context: &worker_sys::Context,
) -> Result<Response, ApiError> {
    let key = shared::key(&settings.store, &path);
    if let Some(Shared { response, as_of_ms }) = shared::get(&key).await
        && (shared::is_immutable(&path) || now_ms().saturating_sub(as_of_ms) < settings.poll_interval_ms)
    {
        let etag = response.headers().get("etag").ok().flatten();
        return Ok(object(&path, response.body(), etag.as_deref(), asked, head));
    }
    let found = within(LOOK_LIMIT_MS, store::get(settings, env, &path)).await;
    let found = found.unwrap_or_else(|| Err(format!("no answer within {LOOK_LIMIT_MS} ms")));
    let found = found.map_err(|problem| {
        console_warn!("`{path}` cannot be read: {problem}");
        ApiError::unavailable("the snapshot store does not answer: try again")
    })?;
    let found = found.ok_or_else(|| ApiError::not_found("no such object"))?;
    let etag = found.etag.clone();
    let Some(stream) = found.stream() else { return Ok(object(&path, None, etag.as_deref(), asked, head)) };
    // One branch for the client, one for the other isolates.
    let branches = stream.tee();
    let (ours, theirs): (ReadableStream, ReadableStream) = (branches.get(0).into(), branches.get(1).into());
    let response = object(&path, Some(ours), etag.as_deref(), asked, head);
    beyond_the_answer(context, async move {
        shared::put(&key, &path, Content::Stream(&theirs), etag.as_deref(), now_ms()).await;
    });
    Ok(response)
}

fn object(
    path: &str,
    body: Option<ReadableStream>,
    etag: Option<&str>,
    asked: Option<&str>,
    head: bool,
) -> Response {
    let unchanged = asked.zip(etag).is_some_and(|(asked, etag)| published::names_tag(asked, etag));
    let mut fields = vec![("cache-control", paths::cache_control(path))];
    fields.extend(OPEN);
    fields.extend(etag.map(|etag| ("etag", etag)));
    if unchanged {
        return answer::stream(&answer::init(304, &fields), None);
    }
    fields.push(("content-type", paths::media_type(path)));
    let body = body.filter(|_| !head);
    answer::stream(&answer::init(200, &fields), body.as_ref())
}

fn refused(error: &ApiError) -> Response {
    let mut fields = vec![("content-type", "application/json"), ("cache-control", "no-store")];
    fields.extend(OPEN);
    answer::bytes(&answer::init(error.status, &fields), &error.to_json())
}

fn preflight() -> Response {
    let mut fields = vec![
        ("access-control-allow-methods", "GET, HEAD"),
        ("access-control-allow-headers", "if-none-match"),
        ("access-control-max-age", "86400"),
        ("cache-control", "no-store"),
    ];
    fields.extend(OPEN);
    answer::stream(&answer::init(204, &fields), None)
}
