//! The data that editors work on, and the URLs of pages. Plain Rust without a browser, tested natively.

#[cfg(not(target_family = "wasm"))]
mod comparison;
mod environments;
mod experiments;
mod json;
pub(crate) mod key;
pub(crate) mod links;
mod meanwhile;
mod outcome;
mod rules;
mod split;

#[cfg(not(target_family = "wasm"))]
pub(crate) use comparison::{Change, Comparison, Field, Item, NotAsSaved, Run, compare, compare_unpublished};
pub(crate) use environments::HistoryQuery;
pub(crate) use experiments::{
    Basics, CreatedExperiment, ExperimentPart, ExperimentRequest, ExperimentState, LaunchObstacle, List,
    PartChange, VariantInput, changes, may_merge, rules_meanwhile,
};
#[cfg(not(target_family = "wasm"))]
#[cfg(not(target_family = "wasm"))]
pub(crate) use experiments::{live_difference, problems};
pub(crate) use json::{formatted, object_problem, quoted};
pub(crate) use meanwhile::{in_marks, meanwhile};
pub(crate) use outcome::{Changed, Publication, Saved};
pub(crate) use rules::{Condition, Kind, Operand, Rules};
pub(crate) use split::{BUCKETS, Impact, MAX_RANGES, Segment, Split, parse_percent, percent};
