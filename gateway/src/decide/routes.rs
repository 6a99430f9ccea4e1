use std::{sync::Arc, time::Instant};

use axum::{
    extract::{FromRequest, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use edgewise_api::{
    ApiError, Limits,
    decide::{DecideRequest, answer},
};
use edgewise_control::http::{Failed, JsonBody, json_reply};

use super::Cache;
use crate::{
    limit::Limiter,
    openapi::{DecideAnswers, DecideBody},
    server::client_address,
};

#[derive(Clone, Debug)]
pub(crate) struct Deciding {
    cache: Arc<Cache>,
    limiter: Option<Arc<Limiter>>,
}

/// The route that decides, by GET and POST. With a limiter, every answer tells the client what it has left.
pub fn decide<S>(cache: Arc<Cache>, limiter: Option<Arc<Limiter>>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(by_query).post(by_body).with_state(Deciding { cache, limiter })
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
pub(crate) async fn by_query(State(deciding): State<Deciding>, request: Request) -> Response {
    deciding
        .limited(request, async |deciding, request| {
            let query = request.uri().query().unwrap_or_default();
            deciding.answer(DecideRequest::from_query(query, &Limits::DEFAULT)).await
        })
        .await
}

/// Decide for a user, with the parameters in a body
///
/// The same as by GET, but nothing of the user stands in a URL.
#[utoipa::path(
    post, path = "/decide", tag = "decisions",
    request_body(content = DecideBody, content_type = "application/json"),
    responses(DecideAnswers)
)]
pub(crate) async fn by_body(State(deciding): State<Deciding>, request: Request) -> Response {
    deciding
        .limited(request, async |deciding, request| {
            let JsonBody(body) = JsonBody::from_request(request, &()).await.map_err(|failed| failed.0)?;
            deciding.answer(DecideRequest::from_body(&body, &Limits::DEFAULT)).await
        })
        .await
}

impl Deciding {
    async fn answer(&self, request: Result<DecideRequest, ApiError>) -> Result<Vec<u8>, ApiError> {
        let request = request?;
        let config = self.cache.config(&request.environment).await;
        answer(&request, config.as_deref())
    }

    async fn limited(
        &self,
        request: Request,
        answer: impl AsyncFnOnce(&Self, Request) -> Result<Vec<u8>, ApiError>,
    ) -> Response {
        let allowance = match &self.limiter {
            Some(limiter) => limiter.count(client_address(&request), Instant::now()),
            None => None,
        };
        if let Some(allowance) = allowance.filter(|allowance| allowance.exceeded) {
            return allowance.refusal();
        }
        let mut response = match answer(self, request).await {
            Ok(body) => json_reply(StatusCode::OK, body),
            Err(error) => Failed(error).into_response(),
        };
        if let Some(allowance) = allowance {
            allowance.tell(response.headers_mut());
        }
        response
    }
}
