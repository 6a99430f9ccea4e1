//! The routes `/configs/…`: published objects for browsers, from the cache or the store.

use edgewise_api::{
    ApiError, conditional,
    loading::Wanted,
    paths,
    published::{self, WantedContent},
};
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
    store::{self, Found},
    time::{now_ms, within},
};
use crate::{places::PLACE_BYTES, settings::Settings, slot::POLL_TIMEOUT_MS};

/// The headers of every response: pages of any site may read the response.
const OPEN: [(&str, &str); 2] =
    [("access-control-allow-origin", "*"), ("access-control-expose-headers", "etag")];

pub(super) async fn respond(
    request: &Request,
    method: &str,
    (path, query): (&str, &str),
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
            let header = |name| request.headers().get(name).ok().flatten().unwrap_or_default();
            let content = WantedContent::of_request(&path, query);
            // The client's cache has other content than the wanted one.
            let past_caches = content.for_address().is_some() && header("cache-control").contains("no-cache");
            let wanted = Wanted { path, content: content.for_address().map(str::to_owned), past_caches };
            let reply = Reply {
                path: wanted.path.clone(),
                if_none_match: header("if-none-match"),
                head: method == "HEAD",
            };
            read(&settings, wanted, content, reply, env, context)
                .await
                .unwrap_or_else(|error| error_response(&error))
        }
        "OPTIONS" => preflight(),
        _ => error_response(&ApiError::not_found("no such object")),
    }
}

async fn read(
    settings: &Settings,
    wanted: Wanted,
    content: WantedContent,
    reply: Reply,
    env: &Env,
    context: &worker_sys::Context,
) -> Result<Response, ApiError> {
    let path = &wanted.path;
    let key = cache::key(&settings.store, path, wanted.content.as_deref());
    if !wanted.past_caches
        && let Some(Cached { response, as_of_ms }) = cache::get(&key).await
        && (paths::is_immutable(path) || now_ms().abs_diff(as_of_ms) < settings.poll_interval_ms)
    {
        let etag = response.headers().get("etag").ok().flatten();
        let is_wanted = content != WantedContent::None;
        return Ok(reply.object(Body::Stream(response.body()), etag.as_deref(), is_wanted));
    }
    let mut found = fetched(settings, env, &wanted).await?;
    let etag = found.etag.clone();
    if let WantedContent::Hash(_) = content {
        // Other content must be cached under the address of the wanted content neither here nor by the client: it may have
        // been replaced while the client was on its way from version.json to the object.
        if let Some(place) = Place::take() {
            let bytes = within(POLL_TIMEOUT_MS, found.bytes_up_to(PLACE_BYTES)).await;
            let bytes =
                bytes.unwrap_or_else(|| Err(format!("no whole response within {POLL_TIMEOUT_MS} ms")));
            if let Some(bytes) = bytes.map_err(|problem| unreadable(path, &problem))? {
                let is_wanted = content.is(&bytes);
                let response = reply.object(Body::Bytes(&bytes), etag.as_deref(), is_wanted);
                if is_wanted {
                    after_response(context, async move {
                        let content = Content::Bytes(&bytes);
                        cache::put(&key, &wanted.path, content, etag.as_deref(), now_ms()).await;
                        drop(place);
                    });
                }
                return Ok(response);
            }
            // A part of the object is read already.
            found = fetched(settings, env, &wanted).await?;
        }
        // Without a place, nobody knows whether this is the wanted content.
        return Ok(reply.object(Body::Stream(found.stream()), found.etag.as_deref(), false));
    }
    let is_wanted = content != WantedContent::None;
    let Some(stream) = found.stream() else {
        return Ok(reply.object(Body::Stream(None), etag.as_deref(), is_wanted));
    };
    // One branch for the client, and one for the cache.
    let branches = stream.tee();
    let (for_client, for_cache): (ReadableStream, ReadableStream) =
        (branches.get(0).into(), branches.get(1).into());
    let response = reply.object(Body::Stream(Some(for_client)), etag.as_deref(), is_wanted);
    after_response(context, async move {
        cache::put(&key, &wanted.path, Content::Stream(&for_cache), etag.as_deref(), now_ms()).await;
    });
    Ok(response)
}

async fn fetched(settings: &Settings, env: &Env, wanted: &Wanted) -> Result<Found, ApiError> {
    let found = within(POLL_TIMEOUT_MS, store::get(settings, env, wanted)).await;
    let found = found.unwrap_or_else(|| Err(format!("no response within {POLL_TIMEOUT_MS} ms")));
    let found = found.map_err(|problem| unreadable(&wanted.path, &problem))?;
    found.ok_or_else(|| ApiError::not_found("no such object"))
}

/// A place in memory for an object.
struct Place(u64);

impl Place {
    fn take() -> Option<Self> {
        with_isolate(|isolate| isolate.places_mut().take(now_ms())).flatten().map(Self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        with_isolate(|isolate| isolate.places_mut().give_back(self.0));
    }
}

fn unreadable(path: &str, problem: &str) -> ApiError {
    console_warn!("`{path}` cannot be read: {problem}");
    ApiError::unavailable("the snapshot store does not respond: try again")
}

/// How a client wants an object.
struct Reply {
    path: String,
    if_none_match: String,
    /// Whether the client wants the headers alone.
    head: bool,
}

enum Body<'a> {
    Bytes(&'a [u8]),
    Stream(Option<ReadableStream>),
}

impl Reply {
    /// Builds the response. `is_wanted` is whether this is the content that the request's address stands for.
    fn object(&self, body: Body<'_>, etag: Option<&str>, is_wanted: bool) -> Response {
        let caching = if is_wanted { paths::cache_control(&self.path) } else { "no-store" };
        let mut fields = vec![("cache-control", caching)];
        fields.extend(OPEN);
        fields.extend(etag.map(|etag| ("etag", etag)));
        let is_same = |etag| conditional::if_none_match_contains(&self.if_none_match, etag);
        if is_wanted && etag.is_some_and(is_same) {
            return response::stream(&response::init(304, &fields), None);
        }
        fields.push(("content-type", paths::media_type(&self.path)));
        let init = response::init(200, &fields);
        match body {
            Body::Bytes(_) | Body::Stream(_) if self.head => response::stream(&init, None),
            Body::Bytes(bytes) => response::bytes(&init, bytes),
            Body::Stream(stream) => response::stream(&init, stream.as_ref()),
        }
    }
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
