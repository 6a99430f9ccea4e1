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
    /// The environment of the audience.
    pub environment: Environment,
}

/// An audience without the environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AudienceRow {
    /// The id, a UUID.
    pub id: String,
    /// The name. Unique in the environment.
    pub name: String,
    /// UUID of the environment.
    pub environment_id: String,
    /// The rules, one of which must match. Without rules, everyone matches.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Rule>))]
    pub rules: Box<RawValue>,
    /// ISO 8601, UTC, milliseconds.
    pub created_at: String,
    /// ISO 8601, UTC, milliseconds.
    pub updated_at: String,
}

/// A request for a new audience.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AudienceCreate {
    /// The name. Unique in the environment.
    pub name: String,
    /// UUID of the environment.
    pub environment_id: String,
    /// The rules, at most 100.
    pub rules: Vec<Rule>,
}

impl AudienceCreate {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::from_body(body)?;
        Ok(Self {
            name: fields.name("name")?,
            environment_id: fields.name("environmentId")?,
            rules: Rule::list(&fields, "rules")?,
        })
    }
}

/// A request to change an audience. Absent fields stay as they are.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AudiencePatch {
    /// The name. Unique in the environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The rules, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<Rule>>,
}

impl AudiencePatch {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::from_body(body)?;
        Ok(Self { name: fields.optional_name("name")?, rules: Rule::optional_list(&fields, "rules")? })
    }

    /// Returns whether the request changes nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.name.is_none() && self.rules.is_none()
    }
}
