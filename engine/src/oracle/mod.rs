//! Deciding by the letter of the contract, without a ruleset: what rulesets are tested against. It is not built
//! into anything else.

mod conditions;
mod context;
mod evaluate;

pub use conditions::any_matches;
pub use context::{Attribute, Context};
pub use evaluate::{Decision, Reason, Step, decide, evaluate};
