//! The first step of a new experiment, the request to create it, the result, and the state of the list of experiments.

mod basics;
mod created;
mod list;
mod request;

pub(crate) use basics::Basics;
pub(crate) use created::CreatedExperiment;
pub(crate) use list::List;
pub(crate) use request::{ExperimentRequest, VariantInput};
