//! What editors work on, as plain Rust without a browser. Tested natively.

mod json;
mod rules;
mod split;

pub(crate) use json::{formatted, object_problem, quoted};
pub(crate) use rules::Rules;
pub(crate) use split::{BUCKETS, Impact, MOST_RANGES, Segment, Split, parse_percent, percent};
