use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Allocation, AudienceRow, Environment, Rule, Variant};
use crate::{error::ApiError, json::Fields, limits};

/// A split of users into variants.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Experiment {
    /// The experiment itself.
    #[serde(flatten)]
    pub row: ExperimentRow,
    /// In the order they were created.
    pub variants: Vec<Variant>,
    /// In the order they were put.
    pub allocations: Vec<Allocation>,
    /// The environment it belongs to.
    pub environment: Environment,
    /// Its audience, if it has one.
    pub audience: Option<AudienceRow>,
}

/// A deleted experiment: the row and its environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExperimentWithEnvironment {
    /// The experiment itself.
    #[serde(flatten)]
    pub row: ExperimentRow,
    /// The environment it belonged to.
    pub environment: Environment,
}

/// An experiment without what belongs to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExperimentRow {
    /// UUID.
    pub id: String,
    /// Unique in its environment; what code calls the experiment by.
    pub key: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Divides users into buckets. Never changes.
    pub salt: String,
    /// Only RUNNING experiments are published.
    pub status: Status,
    /// UUID of its environment.
    pub environment_id: String,
    /// UUID of its audience.
    pub audience_id: Option<String>,
    /// Its own rules, beside those of its audience.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Rule>>))]
    pub targeting_rules: Option<Box<RawValue>>,
    /// ISO 8601, UTC, milliseconds.
    pub created_at: String,
    /// ISO 8601, UTC, milliseconds. Changes to variants and allocations leave it as it is.
    pub updated_at: String,
}

/// Where an experiment is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Being prepared.
    Draft,
    /// Published.
    Running,
    /// Not published for now.
    Paused,
    /// Over, for good.
    Archived,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Running, Self::Paused, Self::Archived];

    /// The name it has in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Archived => "ARCHIVED",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether an experiment may go from this status to `next`.
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

/// A request for a new experiment.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(rename_all = "camelCase"))]
pub struct ExperimentCreate {
    /// Unique in its environment. Without `/`, `?`, `#`, control characters and blanks at its ends.
    pub key: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// UUID of its environment.
    pub environment_id: String,
    /// UUID of an audience of the same environment.
    pub audience_id: Option<String>,
    /// At most 100.
    pub targeting_rules: Option<Vec<Rule>>,
}

impl ExperimentCreate {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// 400, naming the field that is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::of_body(body)?;
        Ok(Self {
            key: key(&fields)?,
            name: fields.name("name")?,
            description: fields.optional_text("description", limits::DESCRIPTION_CHARS)?,
            environment_id: fields.name("environmentId")?,
            audience_id: fields.optional_name("audienceId")?,
            targeting_rules: Rule::optional_list(&fields, "targetingRules")?,
        })
    }
}

/// Keys are to stand in URLs as they are.
fn key(fields: &Fields<'_>) -> Result<String, ApiError> {
    let key = fields.name("key")?;
    let unsafe_in_url = |character: char| matches!(character, '/' | '?' | '#') || character.is_control();
    if key.contains(unsafe_in_url) || key.trim() != key {
        let problem = "must not contain `/`, `?`, `#` or control characters, nor begin or end with a blank";
        return Err(fields.error("key", problem));
    }
    Ok(key)
}

/// A request to change an experiment. What is absent stays.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(rename_all = "camelCase"))]
pub struct ExperimentPatch {
    /// For people.
    pub name: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// UUID of an audience of the same environment; null detaches the one it has.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub audience_id: Option<Option<String>>,
    /// At most 100.
    pub targeting_rules: Option<Vec<Rule>>,
}

impl ExperimentPatch {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// 400, naming the field that is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::of_body(body)?;
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

    /// Whether it changes whom a running experiment reaches.
    #[must_use]
    pub const fn changes_targeting(&self) -> bool {
        self.audience_id.is_some() || self.targeting_rules.is_some()
    }
}

/// A request to change an experiment's status.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusPatch {
    /// DRAFT may become RUNNING, RUNNING may become PAUSED and back, and all three ARCHIVED.
    pub status: Status,
}

impl StatusPatch {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// 400 for a status that does not exist.
    pub fn from_body(body: &[u8]) -> Result<Self, ApiError> {
        let fields = Fields::of_body(body)?;
        let unknown = || fields.error("status", "must be one of DRAFT, RUNNING, PAUSED, ARCHIVED");
        Status::from_name(&fields.name("status")?).map(|status| Self { status }).ok_or_else(unknown)
    }
}
