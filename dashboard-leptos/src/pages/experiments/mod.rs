//! The list of experiments, the page of one, and making one.

mod detail;
mod list;
mod new;

pub(crate) use detail::ExperimentPage;
pub(crate) use list::Experiments;
pub(crate) use new::NewExperiment;
