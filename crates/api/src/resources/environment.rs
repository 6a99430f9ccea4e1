use serde::{Deserialize, Serialize};

use crate::{error::ApiError, json::Fields, name::EnvironmentName};

/// An environment, such as `prod`, with experiments and snapshots of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// The id, a UUID.
    pub id: String,
    /// The name. Unique; 1 to 63 letters, digits, dots, hyphens or underscores.
    pub name: String,
    /// ISO 8601, UTC, milliseconds.
    pub created_at: String,
    /// ISO 8601, UTC, milliseconds.
    pub updated_at: String,
}

/// A request for a new environment.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvironmentCreate {
    /// The name. Unique; 1 to 63 letters, digits, dots, hyphens or underscores.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: EnvironmentName,
}

impl EnvironmentCreate {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::from_body(body)?;
        let name = fields.name("name")?;
        let name = EnvironmentName::new(&name).map_err(|problem| fields.error("name", problem))?;
        Ok(Self { name })
    }
}
