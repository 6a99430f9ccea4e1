use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{error::ApiError, json::Fields, limits};

/// A variant of an experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    /// The id, a UUID.
    pub id: String,
    /// The key. Unique in the experiment.
    pub key: String,
    /// The name, for people.
    pub name: String,
    /// The payload: any JSON object, or null.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub payload: Option<Box<RawValue>>,
    /// UUID of the experiment.
    pub experiment_id: String,
}

/// A request for a new variant.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VariantCreate {
    /// The key. Unique in the experiment.
    pub key: String,
    /// The name, for people.
    pub name: String,
    /// The payload: any JSON object, or absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub payload: Option<Box<RawValue>>,
}

impl VariantCreate {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        Self::from_fields(&Fields::from_body(body)?)
    }

    pub(super) fn from_fields(fields: &Fields<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            key: fields.name("key")?,
            name: fields.name("name")?,
            payload: fields.optional_object("payload")?,
        })
    }
}

/// A request to change a variant. Absent fields stay as they are.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VariantPatch {
    /// The name, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The payload: any JSON object; null removes the payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub payload: Option<Option<Box<RawValue>>>,
}

impl VariantPatch {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        Self::from_fields(&Fields::from_body(body)?)
    }

    fn from_fields(fields: &Fields<'_>) -> Result<Self, ApiError> {
        let payload =
            if fields.is_null("payload") { Some(None) } else { fields.optional_object("payload")?.map(Some) };
        Ok(Self { name: fields.optional_name("name")?, payload })
    }
}

/// Several changes to an experiment's variants, applied together or not at all, in the order delete, update, create.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VariantsPatch {
    /// The variants to create.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub create: Vec<VariantCreate>,
    /// The variants to change.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub update: Vec<VariantUpdate>,
    /// The ids of the variants to delete.
    #[cfg_attr(feature = "openapi", schema(required = false, schema_with = deleted_schema))]
    pub delete: Vec<String>,
}

/// A change to one of several variants. Absent fields stay as they are.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VariantUpdate {
    /// UUID of the variant.
    pub id: String,
    /// The name, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The payload: any JSON object; null removes the payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub payload: Option<Option<Box<RawValue>>>,
}

impl VariantsPatch {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::from_body(body)?;
        let update = |fields: &Fields<'_>| {
            let VariantPatch { name, payload } = VariantPatch::from_fields(fields)?;
            Ok(VariantUpdate { id: fields.name("id")?, name, payload })
        };
        let max = limits::VARIANTS;
        Ok(Self {
            create: fields.optional_objects("create", max, VariantCreate::from_fields)?.unwrap_or_default(),
            update: fields.optional_objects("update", max, update)?.unwrap_or_default(),
            delete: fields.optional_ids("delete", max)?.unwrap_or_default(),
        })
    }
}

/// Returns the schema of the variants to delete: objects with ids, or the ids themselves.
#[cfg(feature = "openapi")]
fn deleted_schema() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Type};

    let id = || ObjectBuilder::new().schema_type(Type::String).description(Some("UUID of the variant"));
    let object = ObjectBuilder::new().schema_type(Type::Object).property("id", id()).required("id");
    ArrayBuilder::new()
        .description(Some("The variants to delete: for each an object with the id, or the id alone"))
        .items(OneOfBuilder::new().item(object).item(id()))
        .build()
}
