//! The responses in the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ArrayBuilder, ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response,
        ResponseBuilder, Schema,
        schema::{SchemaType, Type},
    },
};

use super::response::{
    Applied, Created, CreatedAndPublished, Deleted, PUBLISH_ATTEMPTED, PUBLISH_ERROR, PUBLISH_SUCCEEDED,
    Resource, Updated, UpdatedList,
};

type Responses = BTreeMap<String, RefOr<Response>>;

const CHANGED: &str = "Updated. The `x-publish-…` headers say whether the change is live";

impl<T: ToSchema> IntoResponses for Resource<T> {
    fn responses() -> Responses {
        response("200", "The current resource", reference::<T>(), revision())
    }
}

impl<T: ToSchema> IntoResponses for Created<T> {
    fn responses() -> Responses {
        response("201", "Created", reference::<T>(), revision())
    }
}

impl<T: ToSchema> IntoResponses for Updated<T> {
    fn responses() -> Responses {
        response("200", CHANGED, reference::<T>(), revision().into_iter().chain(publication()))
    }
}

impl<T: ToSchema> IntoResponses for UpdatedList<T> {
    fn responses() -> Responses {
        let list = ArrayBuilder::new().items(reference::<T>()).build().into();
        response("200", CHANGED, list, revision().into_iter().chain(publication()))
    }
}

impl<T: ToSchema> IntoResponses for CreatedAndPublished<T> {
    fn responses() -> Responses {
        response(
            "201",
            "Created. The `x-publish-…` headers say whether the change is live",
            reference::<T>(),
            revision().into_iter().chain(publication()),
        )
    }
}

impl<T: ToSchema> IntoResponses for Deleted<T> {
    fn responses() -> Responses {
        response(
            "200",
            "Deleted. The `x-publish-…` headers say whether the change is live",
            reference::<T>(),
            publication(),
        )
    }
}

impl<T: ToSchema> IntoResponses for Applied<T> {
    fn responses() -> Responses {
        response(
            "200",
            "Applied. The `x-publish-…` headers say whether the change is live",
            reference::<T>(),
            publication(),
        )
    }
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

type NamedHeader = (String, Header);

fn revision() -> [NamedHeader; 1] {
    [header("etag", Type::String, "The revision. Send it as `If-Match` with a change")]
}

fn publication() -> [NamedHeader; 3] {
    [
        header(PUBLISH_ATTEMPTED.as_str(), Type::Boolean, "Whether publishing was attempted"),
        header(PUBLISH_SUCCEEDED.as_str(), Type::Boolean, "Whether the change is live"),
        header(
            PUBLISH_ERROR.as_str(),
            Type::String,
            "The reason why the change is not live yet, in one line",
        ),
    ]
}

fn header(name: &str, kind: Type, description: &str) -> NamedHeader {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(kind)).build();
    let header = HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build();
    (name.to_owned(), header)
}

fn response(
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
