//! `decide`, by GET and POST.

use std::{cell::RefCell, future::Future, mem, net::IpAddr, sync::Arc, time::Instant};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use edgewise_api::{
    ApiError, Limits,
    decide::{DecideRequest, answer},
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
    described::{BodyProblems, DecideAnswers, DecideBody},
};

/// Answers those who ask for decisions, by GET and POST, and counts the answers.
#[derive(Debug)]
pub struct Deciding {
    cache: Arc<Cache>,
    limiter: Option<Limiter>,
    metrics: RouteMetrics,
}

impl Deciding {
    /// Decides from what `cache` holds. With a limiter, every answer tells the client what it has left.
    #[must_use]
    pub const fn new(cache: Arc<Cache>, limiter: Option<Limiter>, metrics: RouteMetrics) -> Self {
        Self { cache, limiter, metrics }
    }

    async fn respond_in_time(&self, request: Request, client: IpAddr) -> Response {
        let started = Instant::now();
        let _counted = OnPanic(|| self.metrics.record(500, started.elapsed()));
        let limiter = self.limiter.as_ref();
        let response = limited(limiter, request, client, started, |request| self.decide(request)).await;
        self.metrics.record(response.status().as_u16(), started.elapsed());
        response
    }

    async fn decide(&self, request: Request) -> Response {
        let answer = if request.method() == Method::POST {
            by_body(&self.cache, request).await
        } else {
            by_query(&self.cache, request).await
        };
        match answer {
            Ok(body) => json_response(StatusCode::OK, body),
            Err(error) => ErrorResponse(error).into_response(),
        }
    }
}

impl FastPath for Deciding {
    /// Responds to a GET as [`FastPath::respond`] does, unless the environment must be loaded first; but without a future, and
    /// with the map of the request's headers as the map of the response's.
    fn respond_now(&self, head: &mut Parts, client: IpAddr) -> Option<FastResponse> {
        if !matches!(head.method, Method::GET | Method::HEAD) {
            return None;
        }
        let started = Instant::now();
        let _counted = OnPanic(|| self.metrics.record(500, started.elapsed()));

        let query = Query::parse(head.uri.query().unwrap_or_default());
        let asked = match &query {
            Ok(query) => DecideRequest::from_query(query, &Limits::DEFAULT),
            Err(error) => Err(error.clone()),
        };
        let ruleset = match &asked {
            Ok(asked) => Some(self.cache.known_ruleset(&asked.environment)?),
            Err(_) => None,
        };
        let ruleset = ruleset.as_ref().and_then(|ruleset| ruleset.as_deref());
        let limiter = self.limiter.as_ref();
        let allowance = limiter.and_then(|limiter| limiter.count(client, started));
        let mut answer = match allowance {
            Some(allowance) if allowance.exceeded => allowance.too_many_requests().map(Either::Right),
            _ => match asked.and_then(|asked| decide(&asked, ruleset)) {
                Ok(body) => json_answer(body.into(), mem::take(&mut head.headers)),
                Err(error) => ErrorResponse(error).into_response().map(Either::Right),
            },
        };
        if let Some((limiter, allowance)) = limiter.zip(allowance) {
            limiter.insert_headers(allowance, answer.headers_mut());
        }
        self.metrics.record(answer.status().as_u16(), started.elapsed());
        Some(answer)
    }

    fn respond(&self, request: Request, client: IpAddr) -> BoxFuture<'_, Response> {
        self.respond_in_time(request, client).boxed()
    }
}

/// Has a request answered that asks for a decision, unless its client has asked too often, and tells the client what it
/// has left. A request by any other method is 404, and is not counted.
pub async fn limited<A: Future<Output = Response>>(
    limiter: Option<&Limiter>,
    request: Request,
    client: IpAddr,
    now: Instant,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        return not_found().await.into_response();
    }
    let Some((limiter, allowance)) = limiter.and_then(|limiter| Some((limiter, limiter.count(client, now)?)))
    else {
        return answer(request).await;
    };
    let mut response = if allowance.exceeded { allowance.too_many_requests() } else { answer(request).await };
    limiter.insert_headers(allowance, response.headers_mut());
    response
}

/// Decide for a user
///
/// All running experiments of an environment that the user takes part in, with the variant the user gets.
#[utoipa::path(
    get, path = "/decide", tag = "decisions",
    params(
        ("user_key" = String, Query, description = "Who is decided for, 1 to 1,024 bytes", example = "user-123"),
        ("env" = String, Query, description = "The environment's name", example = "prod"),
        ("context" = Option<String>, Query, description = "What is known of the user: a JSON object, at most \
            64 KiB and 32 levels", example = r#"{"country":"US","plan":"pro"}"#),
    ),
    responses(DecideAnswers)
)]
pub(crate) async fn by_query(cache: &Cache, request: Request) -> Result<Vec<u8>, ApiError> {
    let query = Query::parse(request.uri().query().unwrap_or_default())?;
    decided(cache, &DecideRequest::from_query(&query, &Limits::DEFAULT)?).await
}

/// Decide for a user, with the parameters in a body
///
/// The same as by GET, but nothing of the user stands in a URL.
#[utoipa::path(
    post, path = "/decide", tag = "decisions",
    request_body(content = DecideBody, content_type = "application/json"),
    responses(DecideAnswers, BodyProblems)
)]
pub(crate) async fn by_body(cache: &Cache, request: Request) -> Result<Vec<u8>, ApiError> {
    let JsonBody(body) = JsonBody::from_request(request, &()).await.map_err(|failed| failed.0)?;
    decided(cache, &DecideRequest::from_body(&body, &Limits::DEFAULT)?).await
}

async fn decided(cache: &Cache, request: &DecideRequest<'_>) -> Result<Vec<u8>, ApiError> {
    let ruleset = cache.ruleset(&request.environment).await;
    decide(request, ruleset.as_deref())
}

fn decide(request: &DecideRequest<'_>, ruleset: Option<&Ruleset>) -> Result<Vec<u8>, ApiError> {
    thread_local! {
        static BUFFER: RefCell<Buffer> = RefCell::default();
    }
    // Deciding that breaks off leaves an empty one behind.
    let mut buffer = BUFFER.take();
    let answer = answer(request, ruleset, &mut buffer);
    BUFFER.set(buffer);
    answer
}

/// An answer of 200, with its headers in a map that need not be empty.
fn json_answer(body: Bytes, mut headers: HeaderMap) -> FastResponse {
    headers.clear();
    headers.insert(header::CONTENT_TYPE, const { HeaderValue::from_static("application/json") });
    let mut answer = FastResponse::new(Either::Left(body.into()));
    *answer.headers_mut() = headers;
    answer
}
