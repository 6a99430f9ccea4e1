//! An experiment, and all that can be done with it.

mod allocation;
mod danger;
mod details;
mod drafts;
mod editing;
mod head;
mod page;
mod section;
mod state;
mod targeting;
mod variants;

pub(crate) use page::ExperimentPage;
