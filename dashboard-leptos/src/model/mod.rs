//! What editors work on, as plain Rust without a browser. Tested natively.

#[cfg(not(target_family = "wasm"))]
mod comparison;
mod environments;
mod experiments;
mod json;
pub(crate) mod key;
pub(crate) mod links;
mod outcome;
mod rules;
mod split;

#[cfg(not(target_family = "wasm"))]
pub(crate) use comparison::{Change, Comparison, Field, Run, Thing, compare};
pub(crate) use environments::HistoryQuery;
pub(crate) use experiments::{Basics, List, Made};
pub(crate) use json::{formatted, object_problem, quoted};
pub(crate) use outcome::{Done, Kept, Publication};
pub(crate) use rules::{Condition, Kind, OPERATORS, Operand, Rules};
pub(crate) use split::{BUCKETS, Impact, MOST_RANGES, Segment, Split, parse_percent, percent};
