//! The pages, with a folder for each resource.

mod audiences;
mod deleted;
mod environments;
mod experiments;
mod kept;
mod leave_guard;
mod loaded;
mod navigation;
mod not_found;
mod overview;
mod publish_waiting;
mod selection;

pub(crate) use audiences::{AudiencePage, Audiences};
pub(crate) use environments::{EnvironmentPage, Environments};
pub(crate) use experiments::{ExperimentPage, Experiments, NewExperiment};
pub(crate) use leave_guard::provide_back_guard;
pub(crate) use not_found::NotFoundPage;
pub(crate) use overview::Overview;
