use std::collections::BTreeMap;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use edgewise_api::error::ErrorBody;
use serde::Serialize;
use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, RefOr, ResponseBuilder,
        schema::{SchemaType, Type},
    },
};

use crate::{
    http::{Failed, json_reply},
    publisher::Publication,
    services::Changed,
    store::Stored,
};

/// What a handler gives back.
pub(super) type Reply = Result<Response, Failed>;

const PUBLISH_ATTEMPTED: HeaderName = HeaderName::from_static("x-publish-attempted");
const PUBLISH_SUCCEEDED: HeaderName = HeaderName::from_static("x-publish-succeeded");
const PUBLISH_ERROR: HeaderName = HeaderName::from_static("x-publish-error");
const PUBLISH_ERROR_CHARS: usize = 512;

/// A value as it is.
pub(super) fn plain(status: StatusCode, value: &impl Serialize) -> Reply {
    let body = serde_json::to_vec(value)
        .map_err(|_| Failed(edgewise_api::ApiError::internal("the answer cannot be written as JSON")))?;
    Ok(json_reply(status, body))
}

/// A value with its revision as ETag.
pub(super) fn stored<T: Serialize>(status: StatusCode, stored: &Stored<T>) -> Reply {
    let mut response = plain(status, &stored.value)?;
    response.headers_mut().insert(header::ETAG, etag(stored.revision));
    Ok(response)
}

/// A changed value with its new revision, and what became of publishing the change.
pub(super) fn changed<T: Serialize>(status: StatusCode, changed: &Changed<Stored<T>>) -> Reply {
    let mut response = stored(status, &changed.value)?;
    insert_publication(response.headers_mut(), &changed.publication);
    Ok(response)
}

/// What was deleted, and what became of publishing that.
pub(super) fn deleted<T: Serialize>(changed: &Changed<T>) -> Reply {
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

/// The answer to a change, as the document describes it: the value, and the headers about publishing.
pub(super) struct Published<T>(std::marker::PhantomData<T>);

/// The same with status 201.
pub(super) struct CreatedAndPublished<T>(std::marker::PhantomData<T>);

impl<T: ToSchema> IntoResponses for Published<T> {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        described::<T>("200", "The change is kept; the headers say whether it is live")
    }
}

impl<T: ToSchema> IntoResponses for CreatedAndPublished<T> {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        described::<T>("201", "It is made; the headers say whether it is live")
    }
}

fn described<T: ToSchema>(
    status: &str,
    description: &str,
) -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
    let header = |kind, text: &str| {
        let schema = ObjectBuilder::new().schema_type(SchemaType::new(kind)).build();
        HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build()
    };
    let response = ResponseBuilder::new()
        .description(description)
        .content(
            "application/json",
            ContentBuilder::new().schema(Some(<T as PartialSchema>::schema())).build(),
        )
        .header(PUBLISH_ATTEMPTED.as_str(), header(Type::Boolean, "Whether the change was to be published"))
        .header(PUBLISH_SUCCEEDED.as_str(), header(Type::Boolean, "Whether it is live now"))
        .header(PUBLISH_ERROR.as_str(), header(Type::String, "Why not yet, in one line"))
        .build();
    BTreeMap::from([(status.to_owned(), response.into())])
}

/// What can be wrong with a request that reads.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers in the OpenAPI document")]
pub(super) enum ReadProblems {
    /// A parameter is not as it must be
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// There is no such thing
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// The database is not available
    #[response(status = 503)]
    Unavailable(ErrorBody),
}

/// What can be wrong with a request that writes.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers in the OpenAPI document")]
pub(super) enum WriteProblems {
    /// A field is not as it must be; the text names it
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// There is no such thing
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// The name or key is taken
    #[response(status = 409)]
    Conflict(ErrorBody),
    /// It has changed since the revision that `If-Match` names
    #[response(status = 412)]
    Stale(ErrorBody),
    /// The body is larger than 1 MiB
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// The body is not declared as JSON
    #[response(status = 415)]
    NotJson(ErrorBody),
    /// The state of things forbids it
    #[response(status = 422)]
    Unprocessable(ErrorBody),
    /// The database is not available
    #[response(status = 503)]
    Unavailable(ErrorBody),
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
