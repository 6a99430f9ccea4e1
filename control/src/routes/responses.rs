//! Replies, as the OpenAPI document describes them.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ArrayBuilder, ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response,
        ResponseBuilder, Schema,
        schema::{SchemaType, Type},
    },
};

use super::reply::{
    Created, CreatedAndPublished, Deleted, Done, PUBLISH_ATTEMPTED, PUBLISH_ERROR, PUBLISH_SUCCEEDED,
    Published, PublishedList, Shown,
};

type Responses = BTreeMap<String, RefOr<Response>>;

const CHANGED: &str = "The change is kept; the headers say whether it is live";

impl<T: ToSchema> IntoResponses for Shown<T> {
    fn responses() -> Responses {
        answer("200", "It, as it is now", reference::<T>(), revision())
    }
}

impl<T: ToSchema> IntoResponses for Created<T> {
    fn responses() -> Responses {
        answer("201", "It is made", reference::<T>(), revision())
    }
}

impl<T: ToSchema> IntoResponses for Published<T> {
    fn responses() -> Responses {
        answer("200", CHANGED, reference::<T>(), revision().into_iter().chain(publication()))
    }
}

impl<T: ToSchema> IntoResponses for PublishedList<T> {
    fn responses() -> Responses {
        let list = ArrayBuilder::new().items(reference::<T>()).build().into();
        answer("200", CHANGED, list, revision().into_iter().chain(publication()))
    }
}

impl<T: ToSchema> IntoResponses for CreatedAndPublished<T> {
    fn responses() -> Responses {
        answer(
            "201",
            "It is made; the headers say whether it is live",
            reference::<T>(),
            revision().into_iter().chain(publication()),
        )
    }
}

impl<T: ToSchema> IntoResponses for Deleted<T> {
    fn responses() -> Responses {
        answer("200", "It is gone; the headers say whether that is live", reference::<T>(), publication())
    }
}

impl<T: ToSchema> IntoResponses for Done<T> {
    fn responses() -> Responses {
        answer("200", "It is done; the headers say whether it is live", reference::<T>(), publication())
    }
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
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

fn answer(
    status: &str,
    description: &str,
    schema: RefOr<Schema>,
    headers: impl IntoIterator<Item = NamedHeader>,
) -> Responses {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new().description(description).content("application/json", content);
    let response =
        headers.into_iter().fold(response, |response, (name, header)| response.header(name, header));
    BTreeMap::from([(status.to_owned(), response.build().into())])
}
