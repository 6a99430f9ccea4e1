use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Environment, Rule};
use crate::{error::ApiError, json::Fields};

/// A named, reusable set of targeting rules.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Audience {
    /// The audience itself.
    #[serde(flatten)]
    pub row: AudienceRow,
    /// The environment it belongs to.
    pub environment: Environment,
}

/// An audience without its environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AudienceRow {
    /// UUID.
    pub id: String,
    /// Unique in its environment.
    pub name: String,
    /// UUID of its environment.
    pub environment_id: String,
    /// The rules; one of them must match. None: everyone matches.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Rule>))]
    pub rules: Box<RawValue>,
    /// ISO 8601, UTC, milliseconds.
    pub created_at: String,
    /// ISO 8601, UTC, milliseconds.
    pub updated_at: String,
}

/// A request for a new audience.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(rename_all = "camelCase"))]
pub struct AudienceCreate {
    /// Unique in its environment.
    pub name: String,
    /// UUID of its environment.
    pub environment_id: String,
    /// At most 100.
    pub rules: Vec<Rule>,
}

impl AudienceCreate {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// 400, naming the field that is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::of_body(body)?;
        Ok(Self {
            name: fields.name("name")?,
            environment_id: fields.name("environmentId")?,
            rules: Rule::list(&fields, "rules")?,
        })
    }
}

/// A request to change an audience. What is absent stays.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AudiencePatch {
    /// Unique in its environment.
    pub name: Option<String>,
    /// At most 100.
    pub rules: Option<Vec<Rule>>,
}

impl AudiencePatch {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// 400, naming the field that is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::of_body(body)?;
        Ok(Self { name: fields.optional_name("name")?, rules: Rule::optional_list(&fields, "rules")? })
    }
}
