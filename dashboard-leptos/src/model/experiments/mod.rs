//! The first step of a new experiment, the checks of its input, the request to create it, the result, the state of the list of
//! experiments, and what is live of an experiment.

mod basics;
mod changes;
#[cfg(not(target_family = "wasm"))]
mod check;
mod created;
mod launch;
mod list;
#[cfg(not(target_family = "wasm"))]
mod live;
mod part;
mod request;

pub(crate) use basics::Basics;
pub(crate) use changes::{ExperimentState, PartChange, changes, may_merge, rules_meanwhile};
#[cfg(not(target_family = "wasm"))]
pub(crate) use check::problems;
pub(crate) use created::CreatedExperiment;
pub(crate) use launch::LaunchObstacle;
pub(crate) use list::List;
#[cfg(not(target_family = "wasm"))]
pub(crate) use live::live_difference;
pub(crate) use part::ExperimentPart;
pub(crate) use request::{ExperimentRequest, VariantInput};
