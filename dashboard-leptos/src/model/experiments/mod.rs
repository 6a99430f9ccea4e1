//! The first step of a new experiment, the checks of its input, the request to create it, the result, and the state of the
//! list of experiments.

mod basics;
mod changes;
#[cfg(not(target_family = "wasm"))]
mod check;
mod created;
mod launch;
mod list;
mod part;
mod request;

pub(crate) use basics::Basics;
pub(crate) use changes::{ExperimentState, PartChange, changes, may_merge};
#[cfg(not(target_family = "wasm"))]
pub(crate) use check::problems;
pub(crate) use created::CreatedExperiment;
pub(crate) use launch::LaunchObstacle;
pub(crate) use list::List;
pub(crate) use part::ExperimentPart;
pub(crate) use request::{ExperimentRequest, VariantInput};
