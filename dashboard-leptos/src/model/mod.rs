//! What editors work on, as plain Rust without a browser. Tested natively.

mod basics;
#[cfg(not(target_family = "wasm"))]
mod comparison;
mod history;
mod json;
pub(crate) mod key;
pub(crate) mod links;
mod list;
mod rules;
mod split;

pub(crate) use basics::Basics;
#[cfg(not(target_family = "wasm"))]
pub(crate) use comparison::{Change, Comparison, Field, Run, Thing, compare};
pub(crate) use history::HistoryQuery;
pub(crate) use json::{formatted, object_problem, quoted};
pub(crate) use list::List;
pub(crate) use rules::{Condition, Kind, OPERATORS, Operand, Rules};
pub(crate) use split::{BUCKETS, Impact, MOST_RANGES, Segment, Split, parse_percent, percent};
