//! The decision core of Edgewise: which user gets which variant of which experiment.
//!
//! The engine is a pure function. From a [`Ruleset`] (everything that is live in one environment at one
//! version, compiled from a [`Snapshot`]) and a [`Request`] (a [`UserKey`], [`Attributes`] and the time), the engine
//! derives the user's assignments. The engine uses no I/O, clock, randomness or HTTP, needs only `alloc`, and returns the same bits on
//! every target.
//!
//! ```
//! use edgewise_engine::{Buffer, Context, Request, Ruleset, UserKey};
//!
//! let json = br##"{
//!     "version": 1, "environment": "prod", "publishedAt": "2026-01-01T00:00:00.000Z",
//!     "experiments": [{
//!         "id": "e1", "key": "button", "salt": "s1", "audienceRules": [],
//!         "targetingRules": [{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}]}],
//!         "variants": [{"id": "v1", "key": "green", "payload": {"color": "#00cc66"}}],
//!         "allocations": [{"variantId": "v1", "rangeStart": 0, "rangeEnd": 9999}]
//!     }]
//! }"##;
//! // Once for each version:
//! let ruleset = Ruleset::from_json(json)?;
//!
//! // For each user:
//! let context = Context::from_json(r#"{"plan": "pro"}"#)?;
//! let mut buffer = Buffer::new();
//! let request = Request::new(UserKey::new("user-123")?, &context, 1_767_225_600_000);
//! for assignment in ruleset.decide(&request, &mut buffer) {
//!     assert_eq!(ruleset.fragments().head(assignment.entity), br#"{"experiment_key":"button","experiment_id":"e1","#);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`murmur3`] | the hash function |
//! | [`bucket`] | user keys, salts and buckets |
//! | [`json`] | reading JSON as JavaScript reads it |
//! | [`request`] | what a decision is made from |
//! | [`attributes`], [`context`] | the attributes of a user, and how a name is resolved to an attribute |
//! | [`operators`] | the operators of conditions, and the tests that operators are compiled to |
//! | [`snapshot`], [`rules`] | the published state of an environment, as JSON |
//! | [`mod@compile`] | compiling a snapshot to a ruleset |
//! | [`ruleset`] | the compiled form, and its validation |
//! | [`decide`] | deciding from a ruleset |
//! | [`explain`] | why a user gets a variant, or none |
//! | `oracle` | the reference evaluator, for tests (feature `oracle`) |
//!
//! The feature `std` detects processor features at run time. The feature `reasons`, on by default, includes the texts
//! that say what exactly is wrong with a damaged ruleset.
#![no_std]

extern crate alloc;

mod assignment;
pub mod attributes;
pub mod bucket;
pub mod compile;
pub mod context;
pub mod decide;
mod eight;
pub mod explain;
pub mod json;
mod lanes;
pub mod murmur3;
pub mod operators;
#[cfg(feature = "oracle")]
pub mod oracle;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod processor;
pub mod request;
pub mod rules;
pub mod ruleset;
pub mod snapshot;
mod wire;

pub use assignment::{Assignment, EntityId, EntityKind, VariantId};
pub use attributes::{Attributes, Scalar};
pub use bucket::{Bucket, EmptyUserKey, Salt, UserKey};
pub use compile::{CompileError, FromJsonError, compile};
pub use context::{Context, ContextError};
pub use decide::{Buffer, Lanes};
pub use explain::{ExplainError, Explanation};
pub use request::Request;
pub use ruleset::{Ruleset, RulesetError};
pub use snapshot::{Snapshot, SnapshotError};
