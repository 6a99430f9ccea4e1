//! The decision core of Edgewise: which user gets which variant of which experiment.
//!
//! The engine is a pure function. From a [`Snapshot`] (all that is live in one environment at one
//! version), a [`UserKey`] and a [`Context`] it derives the user's assignments. It knows no I/O, no
//! clock, no randomness and no HTTP, needs only `alloc`, and gives the same answer on every target,
//! bit for bit.
//!
//! ```
//! use edgewise_engine::{Context, Snapshot, UserKey, decide};
//!
//! let snapshot = Snapshot::from_json(br##"{
//!     "version": 1, "environment": "prod", "publishedAt": "2026-01-01T00:00:00.000Z",
//!     "experiments": [{
//!         "id": "e1", "key": "button", "salt": "s1", "audienceRules": [],
//!         "targetingRules": [{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}]}],
//!         "variants": [{"id": "v1", "key": "green", "payload": {"color": "#00cc66"}}],
//!         "allocations": [{"variantId": "v1", "rangeStart": 0, "rangeEnd": 9999}]
//!     }]
//! }"##)?;
//! let context = Context::from_json(r#"{"plan": "pro"}"#)?;
//!
//! let mut assignments = Vec::new();
//! decide(&snapshot, UserKey::new("user-123")?, &context, &mut assignments);
//!
//! let (experiment, variant) = snapshot.resolve(assignments[0]).ok_or("no such assignment")?;
//! assert_eq!((experiment.key.as_str(), variant.key.as_str()), ("button", "green"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`murmur3`] | the hash |
//! | [`bucket`] | user keys, buckets and ranges of buckets |
//! | [`context`] | the attributes of a user, and how a name finds one |
//! | [`json`] | reading JSON as JavaScript reads it |
//! | [`rules`] | conditions, targeting rules and their operators |
//! | [`snapshot`] | the published state of an environment, as JSON |
//! | [`mod@decide`] | deciding |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod bucket;
pub mod context;
pub mod decide;
pub mod json;
pub mod murmur3;
pub mod rules;
pub mod snapshot;

pub use bucket::{Bucket, EmptyUserKey, Salt, UserKey};
pub use context::{Context, ContextError};
pub use decide::{Assignment, Decision, Reason, Step, decide, evaluate};
pub use snapshot::{Snapshot, SnapshotError};
