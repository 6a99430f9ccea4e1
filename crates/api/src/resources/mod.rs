//! The resources: environments, audiences, experiments, variants, allocations and versions, and requests to change these
//! resources.
//!
//! Responses serialize to camelCase JSON. Requests are read with `from_body`, which validates each field, and returns an
//! error with the name of the first invalid field. A client serializes the same requests: absent members are left out, and JSON that
//! people typed, such as payloads and values of conditions, is written as it was typed.

mod allocation;
mod audience;
mod environment;
mod experiment;
mod listing;
mod parts;
mod rules;
mod summary;
mod variant;
mod version;

pub use allocation::{Allocation, AllocationRequest, AllocationsPut};
pub use audience::{Audience, AudienceCreate, AudiencePatch, AudienceRow};
pub use environment::{Environment, EnvironmentCreate};
pub use experiment::{
    Experiment, ExperimentCreate, ExperimentPatch, ExperimentRow, ExperimentWithEnvironment, InitialStatus,
    Status, StatusPatch,
};
pub use listing::{AudienceFilter, ExperimentFilter, ExperimentQuery, ExperimentSort};
pub use parts::AllocationCreate;
pub use rules::{Condition, Rule};
pub use summary::{
    AudienceSummary, AudienceUses, EnvironmentSummary, ExperimentSummary, Live, LiveExperiment, LiveRange,
    StatusCounts, VariantName,
};
pub use variant::{Variant, VariantCreate, VariantPatch, VariantUpdate, VariantsPatch};
pub use version::{Preview, PublicationStatus, Version, VersionState};
