//! The responses of handlers: JSON with the revision as `ETag` and the headers of the publication.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use edgewise_api::{ApiError, Publication, Revisioned};
use edgewise_http::{ErrorResponse, conditional::revision_etag, json_response};
use serde::Serialize;

use crate::services::Outcome;

/// The result of a handler.
pub(super) type HandlerResult<T> = Result<T, ErrorResponse>;

pub(super) const PUBLISH_ATTEMPTED: HeaderName = HeaderName::from_static("x-publish-attempted");

pub(super) const PUBLISH_SUCCEEDED: HeaderName = HeaderName::from_static("x-publish-succeeded");

pub(super) const PUBLISH_ERROR: HeaderName = HeaderName::from_static("x-publish-error");

const PUBLISH_ERROR_CHARS: usize = 512;

/// 200: a JSON value without a revision.
pub(super) struct Json<T>(pub(super) T);

/// 200: a resource with its revision.
pub(super) struct Resource<T>(pub(super) Revisioned<T>);

/// 201: a created resource with its revision.
pub(super) struct Created<T>(pub(super) Revisioned<T>);

/// 201: a created experiment or part of one, with the revision of the experiment and the outcome of publishing.
pub(super) struct CreatedAndPublished<T>(pub(super) Outcome<Revisioned<T>>);

/// 200: an updated resource, with its revision and the outcome of publishing.
pub(super) struct Updated<T>(pub(super) Outcome<Revisioned<T>>);

/// 200: the updated parts of an experiment, with the revision of the experiment and the outcome of publishing.
pub(super) struct UpdatedList<T>(pub(super) Outcome<Revisioned<Vec<T>>>);

/// 200: a deleted resource, with the outcome of publishing.
pub(super) struct Deleted<T>(pub(super) Outcome<T>);

/// 200: the result of an action, with the outcome of publishing.
pub(super) struct Applied<T>(pub(super) Outcome<T>);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0, None, None)
    }
}

impl<T: Serialize> IntoResponse for Resource<T> {
    fn into_response(self) -> Response {
        revisioned(StatusCode::OK, &self.0, None)
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        revisioned(StatusCode::CREATED, &self.0, None)
    }
}

impl<T: Serialize> IntoResponse for CreatedAndPublished<T> {
    fn into_response(self) -> Response {
        revisioned(StatusCode::CREATED, &self.0.value, Some(&self.0.publication))
    }
}

impl<T: Serialize> IntoResponse for Updated<T> {
    fn into_response(self) -> Response {
        revisioned(StatusCode::OK, &self.0.value, Some(&self.0.publication))
    }
}

impl<T: Serialize> IntoResponse for UpdatedList<T> {
    fn into_response(self) -> Response {
        revisioned(StatusCode::OK, &self.0.value, Some(&self.0.publication))
    }
}

impl<T: Serialize> IntoResponse for Deleted<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0.value, None, Some(&self.0.publication))
    }
}

impl<T: Serialize> IntoResponse for Applied<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0.value, None, Some(&self.0.publication))
    }
}

fn revisioned<T: Serialize>(
    status: StatusCode,
    Revisioned { revision, value }: &Revisioned<T>,
    publication: Option<&Publication>,
) -> Response {
    json(status, value, Some(*revision), publication)
}

fn json(
    status: StatusCode,
    value: &impl Serialize,
    revision: Option<i64>,
    publication: Option<&Publication>,
) -> Response {
    let Ok(body) = serde_json::to_vec(value) else {
        return ErrorResponse(ApiError::internal("the response cannot be serialized as JSON"))
            .into_response();
    };
    let mut response = json_response(status, body);
    if let Some(revision) = revision {
        response.headers_mut().insert(header::ETAG, revision_etag(revision));
    }
    if let Some(publication) = publication {
        insert_publication(response.headers_mut(), publication);
    }
    response
}

fn insert_publication(headers: &mut HeaderMap, publication: &Publication) {
    let flag = |is| HeaderValue::from_static(if is { "true" } else { "false" });
    headers
        .insert(PUBLISH_ATTEMPTED, flag(!matches!(publication, Publication::NotDue | Publication::OnHold)));
    headers.insert(PUBLISH_SUCCEEDED, flag(*publication == Publication::Published));
    if let Publication::Failed(problem) = publication {
        headers.insert(PUBLISH_ERROR, one_line(problem));
    }
}

/// Returns the text as one line of printable ASCII with at most [`PUBLISH_ERROR_CHARS`] characters, as headers require.
fn one_line(text: &str) -> HeaderValue {
    let fit = |character| match character {
        ' '..='~' => character,
        character if character.is_whitespace() => ' ',
        _ => '?',
    };
    let line: String = text.trim().chars().take(PUBLISH_ERROR_CHARS).map(fit).collect();
    HeaderValue::try_from(line).unwrap_or_else(|_| HeaderValue::from_static("publishing failed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publish_error_is_one_short_line_of_ascii() {
        let value = one_line(&format!("  first\nsecond\u{0} é{}", "x".repeat(600)));
        let text = value.to_str().unwrap();
        assert!(text.starts_with("first second? ?xx"), "{text}");
        assert_eq!(text.len(), 512);
    }
}
