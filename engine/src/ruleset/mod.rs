//! Rulesets: snapshots compiled for deciding, as one buffer of bytes that is the same on every target.
//!
//! [`compile`](crate::compile()) creates a ruleset. Loading validates the whole ruleset once and copies very little;
//! decisions then rely on the validation.

mod check;
mod error;
mod fragments;
mod hash;
mod ids;
pub(crate) mod layout;
mod load;
mod loaded;
mod references;
mod trace;
mod words;

pub use error::RulesetError;
pub use fragments::Fragments;
pub use hash::snapshot_hash;
pub(crate) use ids::{
    AnchorId, AttributeId, ConditionId, EntryId, GateId, Id, PredicateId, RuleId, SlotId, SplitId,
    ThresholdId, TraceListId, TraceSplitId, ValueId, ids,
};
pub use layout::FORMAT;
pub use loaded::Ruleset;
pub(crate) use loaded::{Attribute, Split};
pub(crate) use references::{AnchorReference, Evaluated, PredicateReference, Target};
pub(crate) use trace::{Trace, TraceCondition, TraceSalt};
pub(crate) use words::Words;
