//! The pages: what each of them loads, and how it is laid out. A folder for each resource.

mod audiences;
mod environments;
mod experiments;
mod leaving;
mod loaded;
mod missing;
mod overview;

pub(crate) use audiences::{AudiencePage, Audiences};
pub(crate) use environments::{EnvironmentPage, Environments};
pub(crate) use experiments::{ExperimentPage, Experiments, NewExperiment};
pub(crate) use missing::Missing;
pub(crate) use overview::Overview;
