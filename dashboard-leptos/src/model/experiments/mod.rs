//! The input for a new experiment, its checks, and the request that it turns into; the requests that change an experiment; the state
//! of the list of experiments; and what is live of an experiment.

mod basics;
mod change;
mod changes;
#[cfg(not(target_family = "wasm"))]
mod check;
mod input;
mod launch;
mod list;
#[cfg(not(target_family = "wasm"))]
mod live;
mod part;

pub(crate) use basics::Basics;
pub(crate) use change::ExperimentChange;
pub(crate) use changes::{ExperimentState, PartChange, changes, may_merge, rules_meanwhile};
#[cfg(not(target_family = "wasm"))]
pub(crate) use check::problems;
pub(crate) use input::{ChosenAudience, ExperimentInput, VariantInput};
pub(crate) use launch::LaunchObstacle;
pub(crate) use list::List;
#[cfg(not(target_family = "wasm"))]
pub(crate) use live::live_difference;
pub(crate) use part::ExperimentPart;
