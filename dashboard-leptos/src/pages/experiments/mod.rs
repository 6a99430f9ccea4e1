//! The list of experiments, the page of an experiment and the page to create one.

mod detail;
mod list;
mod new;

pub(crate) use detail::ExperimentPage;
pub(crate) use list::Experiments;
pub(crate) use new::NewExperiment;
