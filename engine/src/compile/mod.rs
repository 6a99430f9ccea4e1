//! Compiling: from a snapshot to a ruleset. All that takes time is done here, once.
//!
//! 1. [`conditions`]: conditions that mean the same become one, and rules and lists of rules likewise. What always or
//!    never matches disappears.
//! 2. [`gates`]: experiments with the same rules stand behind one gate, and each gate gets the conditions that lead
//!    to it.
//! 3. [`slots`]: the experiments behind each gate are put side by side, their salts in blocks of eight.
//! 4. [`condition_sections`], [`writer`]: all of it as bytes.

mod condition_sections;
mod conditions;
mod error;
mod fragments;
mod gates;
mod numbered;
mod pipeline;
mod slots;
mod splits;
mod text;
mod writer;

pub use error::{CompileError, FromJsonError};
pub use pipeline::compile;
