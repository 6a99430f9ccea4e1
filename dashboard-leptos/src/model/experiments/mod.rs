//! The first step of a new experiment, the result of creating it, and the state of the list of experiments.

mod basics;
mod created;
mod list;

pub(crate) use basics::Basics;
pub(crate) use created::CreatedExperiment;
pub(crate) use list::List;
