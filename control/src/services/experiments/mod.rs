//! Experiments, their variants and their allocations.

mod allocations;
mod create;
mod edit;
mod publish;
mod read;
mod update;
mod variants;
