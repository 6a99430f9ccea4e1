//! How a reader of an object store finds, checks and swaps an environment's snapshot: a state machine without
//! I/O. Gateway and worker drive it with fetches of their own.
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
//! A store that was not written by Edgewise has no rulesets; its snapshots are compiled by the reader.
//! Whatever fails, the reader keeps what it has. It never goes back to an older version.

use std::sync::Arc;

use edgewise_engine::{Ruleset, ruleset::FORMAT};

use crate::{name::EnvironmentName, paths};

/// One look at an environment: from the pointer to a loaded snapshot.
#[derive(Debug)]
pub struct Loading {
    environment: EnvironmentName,
    held: Option<Held>,
    at: At,
}

/// What the reader has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The version that version.json named, or that of the snapshot if there was none.
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

/// What came of a fetch.
#[derive(Debug)]
pub enum Fetched {
    /// The object's bytes.
    Found(Vec<u8>),
    /// There is no such object.
    Absent,
    /// The store did not answer, or not as it should; the text says how.
    Failed(String),
}

/// What to do next.
#[derive(Debug)]
pub enum Next {
    /// Fetch the object at this path, and call [`Loading::resume`] with what came of it.
    Fetch(Loading, String),
    /// The look is over.
    Done(Outcome),
}

/// How a look ended.
#[derive(Debug)]
pub enum Outcome {
    /// What the reader has is what is live.
    Current,
    /// Something newer: swap it in.
    Loaded(Arc<Ruleset>, Held),
    /// The store holds nothing for the environment.
    Absent,
    /// Keep what is there, and tell the operator.
    Failed(Failure),
}

/// Why a look failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The store did not answer as it should.
    #[error("`{path}` cannot be read: {problem}")]
    Store {
        /// The object that was asked for.
        path: String,
        /// What the store said.
        problem: String,
    },
    /// The store holds something that is no snapshot.
    #[error("`{path}` is corrupt: {problem}")]
    Corrupt {
        /// The object.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Loading {
    /// Begins a look at `environment` by a reader that has `held`.
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
        let path = self.path();
        Next::Fetch(self, path)
    }

    /// Goes on after the fetch that was asked for.
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
                let problem = format!("it names version {version}, whose snapshot is not there");
                let path = paths::version(&self.environment);
                return Next::Done(Outcome::Failed(Failure::Corrupt { path, problem }));
            }
            (Fetched::Failed(problem), _) => {
                return Next::Done(Outcome::Failed(Failure::Store { path: self.path(), problem }));
            }
        };
        match self.at {
            At::Pointer => match serde_json::from_slice(&bytes) {
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
                    self.corrupt(format!("it holds version {}", ruleset.version()))
                }
                Ok(ruleset) if ruleset.environment() != self.environment.as_str() => {
                    self.corrupt(format!("it is of another environment, `{}`", ruleset.environment()))
                }
                Ok(ruleset) => self.loaded(ruleset, Some(version)),
                Err(problem) => self.corrupt(problem.to_string()),
            },
            At::Snapshot(version) => self.compile(&bytes, Some(version)),
            At::Latest { .. } => self.compile(&bytes, None),
        }
    }

    fn compile(self, json: &[u8], pointer: Option<u64>) -> Next {
        match Ruleset::from_json(json) {
            Ok(ruleset) => self.loaded(ruleset, pointer),
            Err(problem) => self.corrupt(problem.to_string()),
        }
    }

    fn loaded(self, ruleset: Ruleset, pointer: Option<u64>) -> Next {
        let version = ruleset.version();
        match (self.held, pointer) {
            (Some(held), None) if version <= held.version => Next::Done(Outcome::Current),
            (Some(held), Some(_)) if version < held.version => {
                self.corrupt(format!("it holds version {version}, older than {}", held.version))
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
