//! Deciding from a ruleset.
//!
//! 1. [`resolving`]: each attribute that conditions name is looked up once, and located among the values and thresholds
//!    that the attribute is compared with.
//! 2. [`matching`]: the values select the gates that can match, and the remaining conditions of these gates are
//!    evaluated. The slots of matching gates are marked.
//! 3. [`assigning`]: the salts of marked slots are hashed, eight at a time, and the buckets determine the variants.
//!
//! [`explaining`] evaluates one experiment with the same functions, and records each step.

mod assigning;
mod decision;
mod explaining;
mod matching;
mod resolving;

pub use assigning::Lanes;
pub use decision::Buffer;
