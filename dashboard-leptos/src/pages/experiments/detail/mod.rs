//! The page of an experiment.

mod allocation;
mod danger;
mod details;
mod drafts;
mod editing;
mod head;
mod keeping;
mod page;
mod plain;
mod saving;
mod section;
mod state;
mod targeting;
mod variants;

pub(crate) use page::ExperimentPage;
