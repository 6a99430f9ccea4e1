//! The binary format, byte by byte: rulesets published under a format number must stay readable on every target, and any
//! other bytes must be refused for the right reason.
//!
//! | module | holds |
//! |---|---|
//! | [`compatibility`] | rulesets of earlier releases, and what earlier engines read of new rulesets |
//! | [`recorded`] | recorded bytes, which compiling must reproduce, and rulesets of later releases |
//! | [`header`] | invalid numbers in the header and in the table of sections |
//! | [`mutations`] | changes of one or two words in a valid ruleset, each with the reason of its refusal |
//! | [`reasons`] | the texts of all reasons: each has a mutation |
//! | [`edited`] | the bytes of a ruleset, which tests change by section, record and word |
//! | [`layout`] | the sections and their words, independent of the engine |
//! | [`seeds`] | the rulesets that tests change |
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

mod compatibility;
mod edited;
mod header;
mod layout;
mod mutations;
mod reasons;
mod recorded;
mod seeds;
