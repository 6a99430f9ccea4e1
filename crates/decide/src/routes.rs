//! The decide routes, by GET and POST.

use std::{
    cell::RefCell,
    future::Future,
    mem,
    net::IpAddr,
    sync::Arc,
    time::{Instant, SystemTime},
};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use edgewise_api::{
    ApiError, Limits,
    decide::{DecideRequest, respond},
    query::Query,
};
use edgewise_engine::{Buffer, Ruleset};
use edgewise_http::{
    ErrorResponse, FastPath, FastResponse, JsonBody, Limiter, OnPanic, RouteMetrics, json_response, not_found,
};
use futures_util::{FutureExt, future::BoxFuture};
use http_body_util::Either;

use crate::{
    cache::Cache,
    schemas::{BodyErrors, DecideBody, DecideResponses},
};

/// The handler of decide requests, by GET and POST. The handler records its own metrics.
#[derive(Debug)]
pub struct DecideHandler {
    cache: Arc<Cache>,
    limiter: Option<Limiter>,
    metrics: RouteMetrics,
}

impl DecideHandler {
    /// Creates a handler that decides from the rulesets in `cache`. With a limiter, every response has the `x-ratelimit-…`
    /// headers.
    #[must_use]
    pub const fn new(cache: Arc<Cache>, limiter: Option<Limiter>, metrics: RouteMetrics) -> Self {
        Self { cache, limiter, metrics }
    }

    async fn respond_to(&self, request: Request, client: IpAddr) -> Response {
        let started = Instant::now();
        let _on_panic = OnPanic(|| self.metrics.record(500, started.elapsed()));
        let limiter = self.limiter.as_ref();
        let response =
            with_rate_limit(limiter, request, client, started, |request| self.decide(request)).await;
        self.metrics.record(response.status().as_u16(), started.elapsed());
        response
    }

    async fn decide(&self, request: Request) -> Response {
        let decision = if request.method() == Method::POST {
            by_body(&self.cache, request).await
        } else {
            by_query(&self.cache, request).await
        };
        match decision {
            Ok(body) => json_response(StatusCode::OK, body),
            Err(error) => ErrorResponse(error).into_response(),
        }
    }
}

impl FastPath for DecideHandler {
    /// Responds to a GET as [`FastPath::respond`] does, unless the environment must be loaded first, but without a future. To
    /// save an allocation, the response reuses the header map of the request.
    fn respond_now(&self, head: &mut Parts, client: IpAddr) -> Option<FastResponse> {
        if !matches!(head.method, Method::GET | Method::HEAD) {
            return None;
        }
        let started = Instant::now();
        let _on_panic = OnPanic(|| self.metrics.record(500, started.elapsed()));

        let query = Query::parse(head.uri.query().unwrap_or_default());
        let request = DecideRequest::from_query(&query, &Limits::DEFAULT);
        let ruleset = match &request {
            Ok(request) => Some(self.cache.known_ruleset(&request.environment)?),
            Err(_) => None,
        };
        let ruleset = ruleset.as_ref().and_then(|ruleset| ruleset.as_deref());
        let limiter = self.limiter.as_ref();
        let allowance = limiter.and_then(|limiter| limiter.count(client, started));
        let mut response = match allowance {
            Some(allowance) if allowance.exceeded => allowance.too_many_requests().map(Either::Right),
            _ => match request.and_then(|request| decide(&request, ruleset)) {
                Ok(body) => ok_response(body.into(), mem::take(&mut head.headers)),
                Err(error) => ErrorResponse(error).into_response().map(Either::Right),
            },
        };
        if let Some((limiter, allowance)) = limiter.zip(allowance) {
            limiter.insert_headers(allowance, response.headers_mut());
        }
        self.metrics.record(response.status().as_u16(), started.elapsed());
        Some(response)
    }

    fn respond(&self, request: Request, client: IpAddr) -> BoxFuture<'_, Response> {
        self.respond_to(request, client).boxed()
    }
}

/// Calls the handler of a decide request unless the client has exceeded the rate limit, and adds the `x-ratelimit-…` headers
/// to the response. A request with a method that cannot decide is a 404, and does not count towards the limit.
pub async fn with_rate_limit<R: Future<Output = Response>>(
    limiter: Option<&Limiter>,
    request: Request,
    client: IpAddr,
    now: Instant,
    handler: impl FnOnce(Request) -> R,
) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        return not_found().await.into_response();
    }
    let Some((limiter, allowance)) = limiter.and_then(|limiter| Some((limiter, limiter.count(client, now)?)))
    else {
        return handler(request).await;
    };
    let mut response =
        if allowance.exceeded { allowance.too_many_requests() } else { handler(request).await };
    limiter.insert_headers(allowance, response.headers_mut());
    response
}

/// Decide for a user
///
/// Returns the user's variant in each running experiment of an environment, except for experiments without a variant for
/// the user.
#[utoipa::path(
    get, path = "/decide", tag = "decisions",
    params(
        ("user_key" = String, Query, description = "The user key, 1 to 1,024 bytes", example = "user-123"),
        ("env" = String, Query, description = "The name of the environment", example = "prod"),
        ("context" = Option<String>, Query, description = "The context: attributes of the user, as a JSON object of \
            at most 64 KiB and 32 levels", example = r#"{"country":"US","plan":"pro"}"#),
    ),
    responses(DecideResponses)
)]
pub(crate) async fn by_query(cache: &Cache, request: Request) -> Result<Vec<u8>, ApiError> {
    let query = Query::parse(request.uri().query().unwrap_or_default());
    decided(cache, &DecideRequest::from_query(&query, &Limits::DEFAULT)?).await
}

/// Decide for a user, with the parameters in a body
///
/// Returns the same decision as GET, but keeps the data of the user out of the URL.
#[utoipa::path(
    post, path = "/decide", tag = "decisions",
    request_body(content = DecideBody, content_type = "application/json"),
    responses(DecideResponses, BodyErrors)
)]
pub(crate) async fn by_body(cache: &Cache, request: Request) -> Result<Vec<u8>, ApiError> {
    let JsonBody(body) = JsonBody::from_request(request, &()).await.map_err(|error| error.0)?;
    decided(cache, &DecideRequest::from_body(&body, &Limits::DEFAULT)?).await
}

async fn decided(cache: &Cache, request: &DecideRequest<'_>) -> Result<Vec<u8>, ApiError> {
    let ruleset = cache.ruleset(&request.environment).await;
    if ruleset.is_none() && cache.store().fails() {
        // Whether the environment has a snapshot is not known.
        let environment = &request.environment;
        return Err(ApiError::unavailable(format!(
            "the snapshot store cannot be read to load environment \"{environment}\": try again"
        )));
    }
    decide(request, ruleset.as_deref())
}

fn decide(request: &DecideRequest<'_>, ruleset: Option<&Ruleset>) -> Result<Vec<u8>, ApiError> {
    thread_local! {
        static BUFFER: RefCell<Buffer> = RefCell::default();
    }
    // After a panic, the next call starts with an empty buffer.
    let mut buffer = BUFFER.take();
    let decision = respond(request, ruleset, now_ms(), &mut buffer);
    BUFFER.set(buffer);
    decision
}

/// Returns the current time in milliseconds since 1970; 0 if the clock of the machine is set to a time before 1970.
fn now_ms() -> i64 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}

/// Returns a JSON response with status 200. The response reuses the memory of `headers`, but not the headers themselves.
fn ok_response(body: Bytes, mut headers: HeaderMap) -> FastResponse {
    headers.clear();
    headers.insert(header::CONTENT_TYPE, const { HeaderValue::from_static("application/json") });
    let mut response = FastResponse::new(Either::Left(body.into()));
    *response.headers_mut() = headers;
    response
}
