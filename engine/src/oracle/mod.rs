//! The reference evaluator: evaluates snapshots directly, exactly as the contract says. Rulesets are tested against the
//! reference evaluator, which is not part of any product.

mod conditions;
mod context;
mod evaluate;
mod explain;

pub use conditions::any_matches;
pub use context::{Attribute, Context};
pub use evaluate::{Decision, decide, evaluate};
pub use explain::explain;
