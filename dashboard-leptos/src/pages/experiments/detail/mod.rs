//! The page of an experiment.

mod allocation;
mod conflict;
mod danger;
mod details;
mod drafts;
mod editing;
mod editors;
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
