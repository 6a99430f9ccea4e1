//! Deciding: from a ruleset and a user to variants.
//!
//! 1. [`seen`]: each attribute that conditions name is looked up once, and placed among the values and thresholds that
//!    it is compared with.
//! 2. [`matching`]: the values lead to the gates that can open, and their remaining conditions are asked. What stands
//!    behind an open gate is marked.
//! 3. [`assigning`]: the salts of what is marked are hashed, eight at a time, and the buckets name the variants.

mod assigning;
mod decision;
mod matching;
mod seen;

pub use assigning::Lanes;
pub use decision::Buffer;
