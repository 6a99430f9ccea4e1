//! The routes `/configs/…`: published objects for browsers, from the cache or the store.

use edgewise_api::{ApiError, conditional, paths, published};
use worker::{
    Env, console_warn,
    web_sys::{ReadableStream, Request, Response},
    worker_sys,
};

use super::{
    background::after_response,
    cache::{self, Cached, Content},
    response,
    state::with_isolate,
    store,
    time::{now_ms, within},
};
use crate::{settings::Settings, slot::POLL_TIMEOUT_MS};

/// The headers of every response: pages of any site may read the response.
const OPEN: [(&str, &str); 2] =
    [("access-control-allow-origin", "*"), ("access-control-expose-headers", "etag")];

pub(super) async fn respond(
    request: &Request,
    method: &str,
    path: &str,
    env: &Env,
    context: &worker_sys::Context,
) -> Response {
    let settings = with_isolate(|isolate| isolate.settings().clone());
    let (Some(settings), Some((environment, path))) = (settings, published::object(path)) else {
        return error_response(&ApiError::not_found("no such object"));
    };
    if !settings.environments.contains(&environment) {
        return error_response(&ApiError::not_found("no such object"));
    }
    match method {
        "GET" | "HEAD" => {
            let if_none_match = request.headers().get("if-none-match").ok().flatten();
            read(&settings, if_none_match.as_deref(), method == "HEAD", path, env, context)
                .await
                .unwrap_or_else(|error| error_response(&error))
        }
        "OPTIONS" => preflight(),
        _ => error_response(&ApiError::not_found("no such object")),
    }
}

async fn read(
    settings: &Settings,
    if_none_match: Option<&str>,
    head: bool,
    path: String,
    env: &Env,
    context: &worker_sys::Context,
) -> Result<Response, ApiError> {
    let key = cache::key(&settings.store, &path);
    if let Some(Cached { response, as_of_ms }) = cache::get(&key).await
        && (paths::is_immutable(&path) || now_ms().saturating_sub(as_of_ms) < settings.poll_interval_ms)
    {
        let etag = response.headers().get("etag").ok().flatten();
        return Ok(object(&path, response.body(), etag.as_deref(), if_none_match, head));
    }
    let found = within(POLL_TIMEOUT_MS, store::get(settings, env, &path)).await;
    let found = found.unwrap_or_else(|| Err(format!("no response within {POLL_TIMEOUT_MS} ms")));
    let found = found.map_err(|problem| {
        console_warn!("`{path}` cannot be read: {problem}");
        ApiError::unavailable("the snapshot store does not respond: try again")
    })?;
    let found = found.ok_or_else(|| ApiError::not_found("no such object"))?;
    let etag = found.etag.clone();
    let Some(stream) = found.stream() else {
        return Ok(object(&path, None, etag.as_deref(), if_none_match, head));
    };
    // One branch for the client, and one for the cache.
    let branches = stream.tee();
    let (for_client, for_cache): (ReadableStream, ReadableStream) =
        (branches.get(0).into(), branches.get(1).into());
    let response = object(&path, Some(for_client), etag.as_deref(), if_none_match, head);
    after_response(context, async move {
        cache::put(&key, &path, Content::Stream(&for_cache), etag.as_deref(), now_ms()).await;
    });
    Ok(response)
}

fn object(
    path: &str,
    body: Option<ReadableStream>,
    etag: Option<&str>,
    if_none_match: Option<&str>,
    head: bool,
) -> Response {
    let unchanged =
        if_none_match.zip(etag).is_some_and(|(tags, etag)| conditional::if_none_match_contains(tags, etag));
    let mut fields = vec![("cache-control", paths::cache_control(path))];
    fields.extend(OPEN);
    fields.extend(etag.map(|etag| ("etag", etag)));
    if unchanged {
        return response::stream(&response::init(304, &fields), None);
    }
    fields.push(("content-type", paths::media_type(path)));
    let body = body.filter(|_| !head);
    response::stream(&response::init(200, &fields), body.as_ref())
}

fn error_response(error: &ApiError) -> Response {
    let mut fields = vec![("content-type", "application/json"), ("cache-control", "no-store")];
    fields.extend(OPEN);
    response::bytes(&response::init(error.status(), &fields), &error.to_json())
}

fn preflight() -> Response {
    let mut fields = vec![
        ("access-control-allow-methods", "GET, HEAD"),
        ("access-control-allow-headers", "if-none-match"),
        ("access-control-max-age", "86400"),
        ("cache-control", "no-store"),
    ];
    fields.extend(OPEN);
    response::stream(&response::init(204, &fields), None)
}
