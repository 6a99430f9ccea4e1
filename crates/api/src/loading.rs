//! The protocol by which a reader of an object store loads an environment's snapshot: a state machine without I/O. The
//! gateway and the edge worker drive the state machine with fetches of their own.
//!
//! ```text
//!                 found n, newer                  found
//! version.json ──────────────────▶ ruleset n ───────────────▶ Loaded
//!   │      │                          │ absent        corrupt ▶ Failed
//!   │      └ found, not newer         ▼               found
//!   │                ▶ Current     snapshot n ──────────────▶ Loaded
//!   │                                 │ absent        corrupt ▶ Failed
//!   │ absent                          ▼               ┌─▶ found, newer ▶ Loaded
//!   └────────────────────────────▶ latest.json ───────┼─▶ found, not newer ▶ Current
//!                                                     └─▶ absent ▶ Absent
//! ```
//!
//! A store that was not written by Edgewise has no rulesets; the reader compiles the snapshots of such a store. After a
//! failure, the reader keeps the loaded version. A reader never goes back to an older version.

use std::sync::Arc;

use edgewise_engine::{Ruleset, ruleset::FORMAT};

use crate::{name::EnvironmentName, paths};

/// A poll of an environment: from reading the pointer to a loaded snapshot.
#[derive(Debug)]
pub struct Loading {
    environment: EnvironmentName,
    held: Option<Held>,
    at: At,
}

/// The versions that the reader has loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The version in version.json; without a version.json, the version of the snapshot.
    pub pointer: u64,
    /// The version of the loaded snapshot.
    pub version: u64,
}

#[derive(Debug)]
enum At {
    Pointer,
    Ruleset(u64),
    Snapshot(u64),
    Latest { pointer: Option<u64> },
}

/// The result of a fetch.
#[derive(Debug)]
pub enum Fetched {
    /// The object's bytes.
    Found(Vec<u8>),
    /// The object does not exist.
    Absent,
    /// The store did not respond, or responded with an error, which the text describes.
    Failed(String),
}

/// An object that a poll wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The path of the object in the store.
    pub path: String,
    /// What tells this content from other content at the same path: the first 16 hexadecimal digits of the object's SHA-256.
    /// A reader over HTTP appends it to the address as `?v=`, so that no cache responds with other content.
    pub content: Option<String>,
    /// Whether the reader must fetch past all caches, because a cache responded with other content.
    pub past_caches: bool,
}

/// The next step of a poll.
#[derive(Debug)]
pub enum Next {
    /// Fetch this object, and call [`Loading::resume`] with the result.
    Fetch(Loading, Wanted),
    /// The poll has ended.
    Done(Outcome),
}

/// The outcome of a poll.
#[derive(Debug)]
pub enum Outcome {
    /// The reader has the live version.
    Current,
    /// A newer version, which the reader is to swap in.
    Loaded(Arc<Ruleset>, Held),
    /// The store has no snapshot of the environment.
    Absent,
    /// The poll failed. The reader keeps the loaded version, and notifies the operator.
    Failed(Failure),
}

/// The reason why a poll failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// An object could not be read.
    #[error("`{path}` cannot be read: {problem}")]
    Store {
        /// The path of the object.
        path: String,
        /// The error of the store.
        problem: String,
    },
    /// An object is not valid.
    #[error("`{path}` is corrupt: {problem}")]
    Corrupt {
        /// The path of the object.
        path: String,
        /// The reason why the object is not valid.
        problem: String,
    },
}

impl Loading {
    /// Begins a poll of `environment` by a reader that has loaded `held`.
    #[must_use]
    pub fn begin(environment: EnvironmentName, held: Option<Held>) -> Next {
        Self { environment, held, at: At::Pointer }.fetch()
    }

    fn path(&self) -> String {
        match self.at {
            At::Pointer => paths::version(&self.environment),
            At::Ruleset(version) => paths::ruleset(&self.environment, FORMAT, version),
            At::Snapshot(version) => paths::snapshot(&self.environment, version),
            At::Latest { .. } => paths::latest(&self.environment),
        }
    }

    fn fetch(self) -> Next {
        let wanted = Wanted { path: self.path(), content: None, past_caches: false };
        Next::Fetch(self, wanted)
    }

    /// Continues the poll with the result of the fetch.
    #[must_use]
    pub fn resume(mut self, fetched: Fetched) -> Next {
        let bytes = match (fetched, &self.at) {
            (Fetched::Found(bytes), _) => bytes,
            (Fetched::Absent, At::Pointer) => {
                self.at = At::Latest { pointer: None };
                return self.fetch();
            }
            (Fetched::Absent, At::Ruleset(version)) => {
                self.at = At::Snapshot(*version);
                return self.fetch();
            }
            (Fetched::Absent, At::Snapshot(version)) => {
                self.at = At::Latest { pointer: Some(*version) };
                return self.fetch();
            }
            (Fetched::Absent, At::Latest { pointer: None }) => return Next::Done(Outcome::Absent),
            (Fetched::Absent, At::Latest { pointer: Some(version) }) => {
                let problem = format!("it points to version {version}, which has no snapshot");
                let path = paths::version(&self.environment);
                return Next::Done(Outcome::Failed(Failure::Corrupt { path, problem }));
            }
            (Fetched::Failed(problem), _) => {
                return Next::Done(Outcome::Failed(Failure::Store { path: self.path(), problem }));
            }
        };
        match self.at {
            At::Pointer => match serde_json::from_slice(without_mark(&bytes)) {
                Ok(paths::Pointer { version }) if self.held.is_some_and(|held| version <= held.pointer) => {
                    Next::Done(Outcome::Current)
                }
                Ok(paths::Pointer { version }) => {
                    self.at = At::Ruleset(version);
                    self.fetch()
                }
                Err(problem) => self.corrupt(problem.to_string()),
            },
            At::Ruleset(version) => match Ruleset::load(bytes) {
                Ok(ruleset) if ruleset.version() != version => {
                    self.corrupt(format!("it has version {}", ruleset.version()))
                }
                Ok(ruleset) if ruleset.environment() != self.environment.as_str() => {
                    self.corrupt(format!("it belongs to environment `{}`", ruleset.environment()))
                }
                Ok(ruleset) => self.loaded(ruleset, Some(version)),
                Err(problem) => self.corrupt(problem.to_string()),
            },
            At::Snapshot(version) => self.compile(&bytes, Some(version)),
            At::Latest { .. } => self.compile(&bytes, None),
        }
    }

    fn compile(self, json: &[u8], pointer: Option<u64>) -> Next {
        match Ruleset::from_json(without_mark(json)) {
            Ok(ruleset) => self.loaded(ruleset, pointer),
            Err(problem) => self.corrupt(problem.to_string()),
        }
    }

    fn loaded(self, ruleset: Ruleset, pointer: Option<u64>) -> Next {
        let version = ruleset.version();
        match (self.held, pointer) {
            (Some(held), None) if version <= held.version => Next::Done(Outcome::Current),
            (Some(held), Some(_)) if version < held.version => {
                self.corrupt(format!("it has version {version}, which is older than {}", held.version))
            }
            _ => Next::Done(Outcome::Loaded(
                Arc::new(ruleset),
                Held { pointer: pointer.unwrap_or(version), version },
            )),
        }
    }

    fn corrupt(&self, problem: String) -> Next {
        Next::Done(Outcome::Failed(Failure::Corrupt { path: self.path(), problem }))
    }
}

/// Returns a JSON text without the byte order mark that some editors and servers put before it.
fn without_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json)
}
