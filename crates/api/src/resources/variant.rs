use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{error::ApiError, json::Fields, limits};

/// One of the things that an experiment's users can get.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    /// UUID.
    pub id: String,
    /// Unique in its experiment.
    pub key: String,
    /// For people.
    pub name: String,
    /// Any JSON object, or null.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub payload: Option<Box<RawValue>>,
    /// UUID of its experiment.
    pub experiment_id: String,
}

/// A request for a new variant.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VariantCreate {
    /// Unique in its experiment.
    pub key: String,
    /// For people.
    pub name: String,
    /// Any JSON object, or absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub payload: Option<Box<RawValue>>,
}

impl VariantCreate {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// 400, naming the field that is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        Self::from_fields(&Fields::of_body(body)?)
    }

    fn from_fields(fields: &Fields<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            key: fields.name("key")?,
            name: fields.name("name")?,
            payload: fields.optional_object("payload")?,
        })
    }
}

/// A request to change a variant. What is absent stays.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VariantPatch {
    /// For people.
    pub name: Option<String>,
    /// Any JSON object; null clears it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub payload: Option<Option<Box<RawValue>>>,
}

impl VariantPatch {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// 400, naming the field that is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        Self::from_fields(&Fields::of_body(body)?)
    }

    fn from_fields(fields: &Fields<'_>) -> Result<Self, ApiError> {
        let payload =
            if fields.is_null("payload") { Some(None) } else { fields.optional_object("payload")?.map(Some) };
        Ok(Self { name: fields.optional_name("name")?, payload })
    }
}

/// Several changes to an experiment's variants: all or none, in the order delete, update, create.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VariantsPatch {
    /// New variants.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub create: Vec<VariantCreate>,
    /// Changed variants.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub update: Vec<VariantUpdate>,
    /// Ids of variants to delete.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub delete: Vec<String>,
}

/// A change to one of several variants. What is absent stays.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VariantUpdate {
    /// UUID of the variant.
    pub id: String,
    /// For people.
    pub name: Option<String>,
    /// Any JSON object; null clears it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub payload: Option<Option<Box<RawValue>>>,
}

impl VariantsPatch {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// 400, naming the field that is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::of_body(body)?;
        let update = |fields: &Fields<'_>| {
            let VariantPatch { name, payload } = VariantPatch::from_fields(fields)?;
            Ok(VariantUpdate { id: fields.name("id")?, name, payload })
        };
        let max = limits::VARIANTS;
        Ok(Self {
            create: fields.optional_objects("create", max, VariantCreate::from_fields)?.unwrap_or_default(),
            update: fields.optional_objects("update", max, update)?.unwrap_or_default(),
            delete: fields.optional_strings("delete", max)?.unwrap_or_default(),
        })
    }
}
