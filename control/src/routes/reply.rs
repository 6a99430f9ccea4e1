use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Serialize;

use crate::services::Changed;
use edgewise_api::Publication;
use edgewise_api::Revisioned;
use edgewise_http::{ErrorResponse, json_response};

/// What a handler gives back.
pub(super) type Reply = Result<Response, ErrorResponse>;

pub(super) const PUBLISH_ATTEMPTED: HeaderName = HeaderName::from_static("x-publish-attempted");
pub(super) const PUBLISH_SUCCEEDED: HeaderName = HeaderName::from_static("x-publish-succeeded");
pub(super) const PUBLISH_ERROR: HeaderName = HeaderName::from_static("x-publish-error");
const PUBLISH_ERROR_CHARS: usize = 512;

/// A value as it is.
pub(super) fn plain(status: StatusCode, value: &impl Serialize) -> Reply {
    let body = serde_json::to_vec(value).map_err(|_| {
        ErrorResponse(edgewise_api::ApiError::internal("the answer cannot be written as JSON"))
    })?;
    Ok(json_response(status, body))
}

/// A value with its revision as ETag.
pub(super) fn stored<T: Serialize>(status: StatusCode, stored: &Revisioned<T>) -> Reply {
    let mut response = plain(status, &stored.value)?;
    response.headers_mut().insert(header::ETAG, etag(stored.revision));
    Ok(response)
}

/// A changed value with its new revision, and what became of publishing the change.
pub(super) fn changed<T: Serialize>(status: StatusCode, changed: &Changed<Revisioned<T>>) -> Reply {
    let mut response = stored(status, &changed.value)?;
    insert_publication(response.headers_mut(), &changed.publication);
    Ok(response)
}

/// A value without a revision, and what became of publishing the change.
pub(super) fn published<T: Serialize>(changed: &Changed<T>) -> Reply {
    let mut response = plain(StatusCode::OK, &changed.value)?;
    insert_publication(response.headers_mut(), &changed.publication);
    Ok(response)
}

fn etag(revision: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{revision}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
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
