//! Why a user gets a variant, or gets none: the steps of one decision.
//!
//! [`Ruleset::explain`](crate::Ruleset::explain) evaluates the steps with the functions that also decide.

mod explanation;

pub(crate) use explanation::shorten;
pub use explanation::{
    ConditionTrace, Detail, ExplainError, Explanation, Range, Reason, RuleTrace, Step, StepTrace,
};
