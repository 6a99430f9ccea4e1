//! Compiling a snapshot to a ruleset. Compiling does the expensive work once, so that decisions are cheap.
//!
//! 1. [`simplifying`]: each condition is brought into a normal form, unless the condition always or never matches.
//!    [`conditions`]: equal conditions, rules and lists of rules are merged.
//! 2. [`gates`]: experiments with the same rules share a gate, and each gate is indexed by conditions that it requires.
//! 3. [`slots`]: the experiments of each gate are placed side by side, their salts in blocks of eight.
//! 4. [`traces`]: rules and allocations are recorded as published, for explanations.
//! 5. [`condition_sections`], [`writer`]: the ruleset is written as bytes.

mod condition_sections;
mod conditions;
mod error;
mod fragments;
mod gates;
mod interner;
mod order;
mod pipeline;
mod simple_condition;
mod simplifying;
mod slots;
mod splits;
mod text;
mod traces;
mod value_table;
mod writer;

pub use error::{CompileError, FromJsonError};
pub use pipeline::compile;
