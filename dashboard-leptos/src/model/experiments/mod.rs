//! The first step of a new experiment, the request to create it, the result, the state of the list of
//! experiments, and what is live of an experiment.

mod basics;
mod created;
mod list;
#[cfg(not(target_family = "wasm"))]
mod live;
mod request;

pub(crate) use basics::Basics;
pub(crate) use created::CreatedExperiment;
pub(crate) use list::List;
#[cfg(not(target_family = "wasm"))]
pub(crate) use live::live_difference;
pub(crate) use request::{ExperimentRequest, VariantInput};
