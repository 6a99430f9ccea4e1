//! The data that editors work on, and the URLs of pages. Plain Rust without a browser, tested natively.

#[cfg(not(target_family = "wasm"))]
mod comparison;
mod environments;
mod experiments;
mod json;
mod kept;
pub(crate) mod key;
pub(crate) mod links;
mod meanwhile;
mod rules;
mod split;

#[cfg(not(target_family = "wasm"))]
pub(crate) use comparison::{Change, Comparison, Field, Item, NotAsSaved, Run, compare, compare_unpublished};
pub(crate) use environments::HistoryQuery;
pub(crate) use experiments::{
    Basics, ChosenAudience, ExperimentChange, ExperimentInput, ExperimentPart, ExperimentState,
    LaunchObstacle, List, PartChange, VariantInput, changes, may_merge, rules_meanwhile,
};
#[cfg(not(target_family = "wasm"))]
pub(crate) use experiments::{live_difference, problems};
pub(crate) use json::{formatted, object_problem, payload, quoted, raw};
pub(crate) use kept::{Kept, kept, member, members, one_of};
pub(crate) use meanwhile::{in_marks, meanwhile};
pub(crate) use rules::{Condition, Entry, Kind, Operand, Rules};
pub(crate) use split::{BUCKETS, Impact, MAX_RANGES, Segment, Split, parse_percent, percent};
