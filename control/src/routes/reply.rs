//! What handlers give back: a value as JSON, with its revision as `ETag` and with the headers of a publication.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use edgewise_api::{ApiError, Publication, Revisioned};
use edgewise_http::{Failed, conditional::revision_etag, json_reply};
use serde::Serialize;

use crate::services::Changed;

/// What a handler gives back.
pub(super) type Reply<T> = Result<T, Failed>;

pub(super) const PUBLISH_ATTEMPTED: HeaderName = HeaderName::from_static("x-publish-attempted");

pub(super) const PUBLISH_SUCCEEDED: HeaderName = HeaderName::from_static("x-publish-succeeded");

pub(super) const PUBLISH_ERROR: HeaderName = HeaderName::from_static("x-publish-error");

const PUBLISH_ERROR_CHARS: usize = 512;

/// 200: a value as it is.
pub(super) struct Plain<T>(pub(super) T);

/// 200: what is shown, with its revision.
pub(super) struct Shown<T>(pub(super) Revisioned<T>);

/// 201: what was made, with its revision.
pub(super) struct Created<T>(pub(super) Revisioned<T>);

/// 201: what was made below an experiment, with the experiment's revision, and what became of publishing it.
pub(super) struct CreatedAndPublished<T>(pub(super) Changed<Revisioned<T>>);

/// 200: what was changed, with its revision, and what became of publishing the change.
pub(super) struct Published<T>(pub(super) Changed<Revisioned<T>>);

/// 200: all of what was changed below an experiment, with the experiment's revision, and what became of publishing the
/// change.
pub(super) struct PublishedList<T>(pub(super) Changed<Revisioned<Vec<T>>>);

/// 200: what was deleted, and what became of publishing that.
pub(super) struct Deleted<T>(pub(super) Changed<T>);

/// 200: what was done, and what became of publishing it.
pub(super) struct Done<T>(pub(super) Changed<T>);

impl<T: Serialize> IntoResponse for Plain<T> {
    fn into_response(self) -> Response {
        reply(StatusCode::OK, &self.0, None, None)
    }
}

impl<T: Serialize> IntoResponse for Shown<T> {
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

impl<T: Serialize> IntoResponse for Published<T> {
    fn into_response(self) -> Response {
        revisioned(StatusCode::OK, &self.0.value, Some(&self.0.publication))
    }
}

impl<T: Serialize> IntoResponse for PublishedList<T> {
    fn into_response(self) -> Response {
        revisioned(StatusCode::OK, &self.0.value, Some(&self.0.publication))
    }
}

impl<T: Serialize> IntoResponse for Deleted<T> {
    fn into_response(self) -> Response {
        reply(StatusCode::OK, &self.0.value, None, Some(&self.0.publication))
    }
}

impl<T: Serialize> IntoResponse for Done<T> {
    fn into_response(self) -> Response {
        reply(StatusCode::OK, &self.0.value, None, Some(&self.0.publication))
    }
}

fn revisioned<T: Serialize>(
    status: StatusCode,
    Revisioned { revision, value }: &Revisioned<T>,
    publication: Option<&Publication>,
) -> Response {
    reply(status, value, Some(*revision), publication)
}

fn reply(
    status: StatusCode,
    value: &impl Serialize,
    revision: Option<i64>,
    publication: Option<&Publication>,
) -> Response {
    let Ok(body) = serde_json::to_vec(value) else {
        return Failed(ApiError::internal("the answer cannot be written as JSON")).into_response();
    };
    let mut response = json_reply(status, body);
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
    headers.insert(PUBLISH_ATTEMPTED, flag(*publication != Publication::NotDue));
    headers.insert(PUBLISH_SUCCEEDED, flag(*publication == Publication::Published));
    if let Publication::Failed(problem) = publication {
        headers.insert(PUBLISH_ERROR, one_line(problem));
    }
}

/// At most 512 characters that a header can carry.
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
