//! Answers, as the OpenAPI document describes them. Nobody makes these values.

use std::{collections::BTreeMap, marker::PhantomData};

use edgewise_api::error::ErrorBody;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ArrayBuilder, ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response,
        ResponseBuilder, Schema,
        schema::{SchemaType, Type},
    },
};

use super::reply::{PUBLISH_ATTEMPTED, PUBLISH_ERROR, PUBLISH_SUCCEEDED};

type Responses = BTreeMap<String, RefOr<Response>>;

/// What is shown, with its revision.
pub(super) struct Shown<T>(PhantomData<T>);

/// What was made, with its revision.
pub(super) struct Created<T>(PhantomData<T>);

/// What was changed, with its revision, and what became of publishing the change.
pub(super) struct Published<T>(PhantomData<T>);

/// The same of what was made.
pub(super) struct CreatedAndPublished<T>(PhantomData<T>);

/// What was done, and what became of publishing it.
pub(super) struct Done<T>(PhantomData<T>);

/// What was deleted, and what became of publishing that.
pub(super) struct Deleted<T>(PhantomData<T>);

impl<T: Content> IntoResponses for Shown<T> {
    fn responses() -> Responses {
        answer::<T>("200", "It, as it is now", revision())
    }
}

impl<T: Content> IntoResponses for Created<T> {
    fn responses() -> Responses {
        answer::<T>("201", "It is made", revision())
    }
}

impl<T: Content> IntoResponses for Published<T> {
    fn responses() -> Responses {
        let headers = revision().into_iter().chain(publication());
        answer::<T>("200", "The change is kept; the headers say whether it is live", headers)
    }
}

impl<T: Content> IntoResponses for CreatedAndPublished<T> {
    fn responses() -> Responses {
        let headers = revision().into_iter().chain(publication());
        answer::<T>("201", "It is made; the headers say whether it is live", headers)
    }
}

impl<T: Content> IntoResponses for Deleted<T> {
    fn responses() -> Responses {
        answer::<T>("200", "It is gone; the headers say whether that is live", publication())
    }
}

impl<T: Content> IntoResponses for Done<T> {
    fn responses() -> Responses {
        answer::<T>("200", "It is done; the headers say whether it is live", publication())
    }
}

/// All of them.
pub(super) struct List<T>(PhantomData<T>);

/// What an answer holds, by its name in the document.
pub(super) trait Content {
    fn schema() -> RefOr<Schema>;
}

impl<T: ToSchema> Content for T {
    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(T::name()).into()
    }
}

impl<T: ToSchema> Content for List<T> {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(Ref::from_schema_name(T::name())).build().into()
    }
}

type NamedHeader = (String, Header);

fn revision() -> [NamedHeader; 1] {
    [header("etag", Type::String, "The revision, to be sent as `If-Match` with a change")]
}

fn publication() -> [NamedHeader; 3] {
    [
        header(PUBLISH_ATTEMPTED.as_str(), Type::Boolean, "Whether the change was to be published"),
        header(PUBLISH_SUCCEEDED.as_str(), Type::Boolean, "Whether it is live now"),
        header(PUBLISH_ERROR.as_str(), Type::String, "Why not yet, in one line"),
    ]
}

fn header(name: &str, kind: Type, description: &str) -> NamedHeader {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(kind)).build();
    let header = HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build();
    (name.to_owned(), header)
}

fn answer<T: Content>(
    status: &str,
    description: &str,
    headers: impl IntoIterator<Item = NamedHeader>,
) -> Responses {
    let content = ContentBuilder::new().schema(Some(T::schema())).build();
    let response = ResponseBuilder::new().description(description).content("application/json", content);
    let response =
        headers.into_iter().fold(response, |response, (name, header)| response.header(name, header));
    BTreeMap::from([(status.to_owned(), response.build().into())])
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
    /// The body did not arrive in time
    #[response(status = 408)]
    Timeout(ErrorBody),
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
