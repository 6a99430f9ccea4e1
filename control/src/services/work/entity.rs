//! The entities of changes.

use edgewise_api::resources::{AudienceRow, Environment, ExperimentRow, Variant};

/// The kind of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::services) enum EntityKind {
    Environment,
    Audience,
    Experiment,
    Variant,
}

/// What a change is about: a kind, an id, and the name for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::services) struct Entity {
    pub(super) kind: EntityKind,
    pub(super) id: String,
    pub(super) name: String,
}

impl EntityKind {
    /// Returns the name of the kind in the log and in the audit trail.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Audience => "audience",
            Self::Experiment => "experiment",
            Self::Variant => "variant",
        }
    }
}

impl From<&Environment> for Entity {
    fn from(environment: &Environment) -> Self {
        Self { kind: EntityKind::Environment, id: environment.id.clone(), name: environment.name.clone() }
    }
}

impl From<&AudienceRow> for Entity {
    fn from(audience: &AudienceRow) -> Self {
        Self { kind: EntityKind::Audience, id: audience.id.clone(), name: audience.name.clone() }
    }
}

impl From<&ExperimentRow> for Entity {
    fn from(experiment: &ExperimentRow) -> Self {
        Self { kind: EntityKind::Experiment, id: experiment.id.clone(), name: experiment.name.clone() }
    }
}

impl From<&Variant> for Entity {
    fn from(variant: &Variant) -> Self {
        Self { kind: EntityKind::Variant, id: variant.id.clone(), name: variant.name.clone() }
    }
}
