//! Changes of one or two words in a valid ruleset, each with the reason of its refusal.
//!
//! | module | changes |
//! |---|---|
//! | [`sections`] | the header, the table of sections, and fragments |
//! | [`conditions`] | attributes, values, conditions and rules |
//! | [`gates`] | anchors, entries, gates and ranges |
//! | [`slots`] | splits, slots and salts |
//! | [`mutation`] | nothing: it defines a mutation, and tests all mutations |

mod conditions;
mod gates;
mod mutation;
mod sections;
mod slots;

pub(crate) use mutation::all;
