use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Allocation, AllocationCreate, AllocationRequest, AudienceRow, Environment, Rule, Variant, VariantCreate,
    parts,
};
use crate::{error::ApiError, field::FieldPath, json::Fields, limits};

/// An experiment: a split of users into variants.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Experiment {
    /// The experiment itself.
    #[serde(flatten)]
    pub row: ExperimentRow,
    /// The variants, in the order of creation.
    pub variants: Vec<Variant>,
    /// The allocations, in the order of the request that set the allocations.
    pub allocations: Vec<Allocation>,
    /// The environment of the experiment.
    pub environment: Environment,
    /// The audience of the experiment, if there is one.
    pub audience: Option<AudienceRow>,
}

/// A deleted experiment and its environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExperimentWithEnvironment {
    /// The experiment itself.
    #[serde(flatten)]
    pub row: ExperimentRow,
    /// The environment of the experiment.
    pub environment: Environment,
}

/// An experiment without variants, allocations, environment and audience.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExperimentRow {
    /// The id, a UUID.
    pub id: String,
    /// The key by which code refers to the experiment. Unique in the environment.
    pub key: String,
    /// The name, for people.
    pub name: String,
    /// The description, for people.
    pub description: Option<String>,
    /// The salt, which divides users into buckets. Never changes.
    pub salt: String,
    /// The status. Only RUNNING experiments are published.
    pub status: Status,
    /// UUID of the environment.
    pub environment_id: String,
    /// UUID of the audience, if there is one.
    pub audience_id: Option<String>,
    /// The targeting rules, in addition to the rules of the audience.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Rule>>))]
    pub targeting_rules: Option<Box<RawValue>>,
    /// ISO 8601, UTC, milliseconds.
    pub created_at: String,
    /// ISO 8601, UTC, milliseconds. Changes to variants and allocations do not change this time.
    pub updated_at: String,
}

/// The status of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// In preparation; not published.
    Draft,
    /// Running; published.
    Running,
    /// Paused; not published for now.
    Paused,
    /// Ended for good; not published.
    Archived,
}

impl Status {
    /// All statuses.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Running, Self::Paused, Self::Archived];

    /// Returns the status's name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Archived => "ARCHIVED",
        }
    }

    /// Returns the status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Reads the optional field `status`.
    fn optional(fields: &Fields<'_>) -> Result<Option<Self>, ApiError> {
        let unknown = || fields.error("status", "must be one of DRAFT, RUNNING, PAUSED, ARCHIVED");
        let name = fields.optional_name("status")?;
        name.map(|name| Self::from_name(&name).ok_or_else(unknown)).transpose()
    }

    /// Returns whether an experiment may change from this status to `next`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft, Self::Running | Self::Archived)
                | (Self::Running, Self::Paused | Self::Archived)
                | (Self::Paused, Self::Running | Self::Archived)
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The status of a new experiment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(default = "DRAFT"))]
#[serde(rename_all = "UPPERCASE")]
pub enum InitialStatus {
    /// In preparation; not published.
    #[default]
    Draft,
    /// Running; published.
    Running,
}

impl InitialStatus {
    fn from_fields(fields: &Fields<'_>) -> Result<Self, ApiError> {
        match Status::optional(fields)? {
            None | Some(Status::Draft) => Ok(Self::Draft),
            Some(Status::Running) => Ok(Self::Running),
            Some(status) => Err(ApiError::unprocessable(format!(
                "`status` must be DRAFT or RUNNING for a new experiment, not {status}: create the experiment first, then change \
                 its status"
            ))
            .on_field(FieldPath::of("status"))),
        }
    }
}

/// A request for a new experiment, alone or with its variants and allocations.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExperimentCreate {
    /// The key. Unique in the environment. Must not contain `/`, `?`, `#` or control characters, or begin or end with
    /// white space.
    pub key: String,
    /// The name, for people.
    pub name: String,
    /// The description, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// UUID of the environment.
    pub environment_id: String,
    /// UUID of an audience of the same environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience_id: Option<String>,
    /// The targeting rules, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targeting_rules: Option<Vec<Rule>>,
    /// The variants, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub variants: Vec<VariantCreate>,
    /// The allocations: at most 100 ranges that do not overlap.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub allocations: Vec<AllocationCreate>,
    /// The status of the new experiment. A RUNNING experiment is published at once.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub status: InitialStatus,
}

impl ExperimentCreate {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field, 409 for two variants with one key, 422 for a status that a new
    /// experiment cannot have.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::from_body(body)?;
        let alone = Self::alone(&fields)?;
        let variants = parts::variants(&fields)?;
        let allocations = parts::allocations(&fields, &variants)?;
        Ok(Self { variants, allocations, status: InitialStatus::from_fields(&fields)?, ..alone })
    }

    /// Reads a draft without variants and allocations. `variants`, `allocations` and `status` are ignored like unknown
    /// fields.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field.
    pub fn draft_from_body(body: &[u8]) -> Result<Self, ApiError> {
        Self::alone(&Fields::from_body(body)?)
    }

    fn alone(fields: &Fields<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            key: key(fields)?,
            name: fields.name("name")?,
            description: fields.optional_text("description", limits::DESCRIPTION_CHARS)?,
            environment_id: fields.name("environmentId")?,
            audience_id: fields.optional_name("audienceId")?,
            targeting_rules: Rule::optional_list(fields, "targetingRules")?,
            variants: Vec::new(),
            allocations: Vec::new(),
            status: InitialStatus::Draft,
        })
    }

    /// Returns the allocations with ids of variants in place of keys. `ids` has the ids of the variants, in their order. Returns
    /// `None` if an allocation names a variant that the request does not have.
    #[must_use]
    pub fn allocations_by_id(&self, ids: &[String]) -> Option<Vec<AllocationRequest>> {
        parts::with_ids(&self.allocations, &self.variants, ids)
    }
}

/// Reads a key, which must be usable in URLs without escapes.
fn key(fields: &Fields<'_>) -> Result<String, ApiError> {
    let key = fields.name("key")?;
    let unsafe_in_url = |character: char| matches!(character, '/' | '?' | '#') || character.is_control();
    if key.contains(unsafe_in_url) || key.trim() != key {
        let problem =
            "must not contain `/`, `?`, `#` or control characters, or begin or end with white space";
        return Err(fields.error("key", problem));
    }
    Ok(key)
}

/// A request to change an experiment. Absent fields stay as they are.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExperimentPatch {
    /// The name, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The description, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// UUID of an audience of the same environment; null removes the audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub audience_id: Option<Option<String>>,
    /// The targeting rules, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targeting_rules: Option<Vec<Rule>>,
}

impl ExperimentPatch {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid field.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::from_body(body)?;
        let audience_id = if fields.is_null("audienceId") {
            Some(None)
        } else {
            fields.optional_name("audienceId")?.map(Some)
        };
        Ok(Self {
            name: fields.optional_name("name")?,
            description: fields.optional_text("description", limits::DESCRIPTION_CHARS)?,
            audience_id,
            targeting_rules: Rule::optional_list(&fields, "targetingRules")?,
        })
    }

    /// Returns whether the request changes nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.name.is_none() && self.description.is_none() && !self.changes_targeting()
    }

    /// Returns whether the request changes the users whom the experiment targets.
    #[must_use]
    pub const fn changes_targeting(&self) -> bool {
        self.audience_id.is_some() || self.targeting_rules.is_some()
    }
}

/// A request to change an experiment's status.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusPatch {
    /// The new status. DRAFT may change to RUNNING, RUNNING to PAUSED and back, and all three to ARCHIVED.
    pub status: Status,
}

impl StatusPatch {
    /// Reads a request body.
    ///
    /// # Errors
    /// Returns 400 if there is no such status.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::from_body(body)?;
        let status = Status::optional(&fields)?;
        status.map(|status| Self { status }).ok_or_else(|| fields.error("status", "is required"))
    }
}
