//! The protocol by which a reader of an object store loads an environment's snapshot: a state machine without I/O. The
//! gateway and the edge worker drive the state machine with fetches of their own.
//!
//! ```text
//!                 found n, to load                found
//! version.json ──────────────────▶ ruleset n ───────────────▶ Loaded
//!   │      │                          │ absent        corrupt ▶ Failed
//!   │      └ found, held              ▼               found
//!   │                ▶ Current     snapshot n ──────────────▶ Loaded
//!   │                                 │ absent        corrupt ▶ Failed
//!   │ absent                          ▼               ┌─▶ found, newer ▶ Loaded
//!   └────────────────────────────▶ latest.json ───────┼─▶ found, not newer ▶ Current
//!                                                     └─▶ absent ▶ Absent
//! ```
//!
//! A store that was not written by Edgewise has no rulesets; the reader compiles the snapshots of such a store. After a
//! failure, the reader keeps the loaded version. A reader never goes back to an older version.
//!
//! A number can come again with other content, after data was removed or restored, while caches still have the old objects.
//! Therefore version.json contains the hashes of the objects:
//!
//! | version.json names | hash | the reader |
//! |---|---|---|
//! | a higher number than the held one | any or none | loads |
//! | the held number | none, or the held one | has the live version |
//! | the held number | another one, or none is held | loads |
//! | a lower number | any or none | has the live version: it waits for a higher number |
//!
//! | the ruleset or snapshot n | the reader |
//! |---|---|
//! | version.json has no hash of it | loads it |
//! | has that hash | loads it |
//! | has another hash | fetches it again, past all caches |
//! | has another hash then, too | fetches version.json again, past all caches, and polls by it |
//! | has another hash than the new version.json says, too, or version.json has the same hashes | fails: the object is corrupt |
//!
//! A cache may keep version.json longer than the objects. The objects are then newer than version.json says.
//!
//! latest.json stands in for snapshot n only if it has the hash that version.json has of that snapshot. Otherwise, the reader
//! loads latest.json if its number is higher than the held one, but holds no hash: the next poll looks for version n again.
//!
//! The held hash is what version.json said when the version was loaded: the hash of the ruleset, or of the snapshot if
//! version.json names no ruleset in this format. It is not the hash of the snapshot alone, because a reader can hash its
//! ruleset, but usually has never seen its snapshot. So a ruleset that another release compiled from the same snapshot is
//! loaded once more, and decides alike.

use std::{cmp::Ordering, sync::Arc};

use edgewise_engine::{Ruleset, ruleset::FORMAT};

use crate::{
    content_hash::ContentHash,
    name::EnvironmentName,
    paths::{self, Hashes, Pointer},
};

/// A poll of an environment: from reading the pointer to a loaded snapshot.
#[derive(Debug)]
pub struct Loading {
    environment: EnvironmentName,
    held: Option<Held>,
    at: At,
    /// The hashes in version.json.
    hashes: Hashes,
    /// Whether the object is fetched past all caches.
    past_caches: bool,
    /// That an object has other content than the first version.json says. Then version.json is read again.
    mismatch: Option<Failure>,
}

/// The version that the reader has loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The version in version.json; without a version.json, the version of the snapshot.
    pub pointer: u64,
    /// The version of the loaded snapshot.
    pub version: u64,
    /// What tells the loaded content from other content with the same number: [`Hashes::identity`] of version.json. `None`
    /// if version.json had no hash.
    pub content: Option<ContentHash>,
}

impl Held {
    /// Returns what a reader holds that has got a published ruleset by another way than a poll.
    #[must_use]
    pub fn installed(ruleset: &Ruleset) -> Self {
        let version = ruleset.version();
        Self { pointer: version, version, content: Some(ContentHash::of(ruleset.as_bytes())) }
    }

    /// Returns whether a reader that holds `old` is to swap this version in: a newer version, or the same version with other
    /// content.
    #[must_use]
    pub fn replaces(&self, old: &Self) -> bool {
        match (self.version, self.pointer).cmp(&(old.version, old.pointer)) {
            Ordering::Less => false,
            Ordering::Equal => self.content.is_some() && self.content != old.content,
            Ordering::Greater => true,
        }
    }

    /// Returns whether the version that a pointer names is held, or older than the held version.
    fn covers(&self, pointer: &Pointer) -> bool {
        match pointer.version.cmp(&self.pointer) {
            Ordering::Less => true,
            Ordering::Equal => {
                let content = pointer.sha256.identity(FORMAT);
                content.is_none() || content == self.content
            }
            Ordering::Greater => false,
        }
    }
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
    /// A newer version, or other content of the same version, which the reader is to swap in.
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
        let hashes = Hashes::default();
        Self { environment, held, at: At::Pointer, hashes, past_caches: false, mismatch: None }.fetch()
    }

    fn path(&self) -> String {
        match self.at {
            At::Pointer => paths::version(&self.environment),
            At::Ruleset(version) => paths::ruleset(&self.environment, FORMAT, version),
            At::Snapshot(version) => paths::snapshot(&self.environment, version),
            At::Latest { .. } => paths::latest(&self.environment),
        }
    }

    /// Returns the hash that version.json has of the object.
    fn expected(&self) -> Option<ContentHash> {
        match self.at {
            At::Ruleset(_) => self.hashes.rulesets.get(&FORMAT).copied(),
            At::Snapshot(_) => self.hashes.snapshot,
            At::Pointer | At::Latest { .. } => None,
        }
    }

    fn fetch(self) -> Next {
        let content = self.expected().map(|expected| expected.for_address());
        let wanted = Wanted { path: self.path(), content, past_caches: self.past_caches };
        Next::Fetch(self, wanted)
    }

    /// Goes on to another object.
    fn go_on(self, at: At) -> Next {
        Self { at, past_caches: false, ..self }.fetch()
    }

    /// Continues the poll with the result of the fetch.
    #[must_use]
    pub fn resume(self, fetched: Fetched) -> Next {
        let bytes = match (fetched, &self.at) {
            (Fetched::Found(bytes), _) => bytes,
            (Fetched::Absent, At::Pointer) => return self.go_on(At::Latest { pointer: None }),
            (Fetched::Absent, &At::Ruleset(version)) => return self.go_on(At::Snapshot(version)),
            (Fetched::Absent, &At::Snapshot(version)) => {
                return self.go_on(At::Latest { pointer: Some(version) });
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
        if let Some(expected) = self.expected() {
            let found = ContentHash::of(&bytes);
            match (found == expected, self.past_caches) {
                (true, _) => {}
                (false, false) => return Self { past_caches: true, ..self }.fetch(),
                (false, true) => {
                    let (found, expected) = (found.for_address(), expected.for_address());
                    return self.mismatched(format!(
                        "it has other content than version.json says: its SHA-256 begins with {found}, not with {expected}"
                    ));
                }
            }
        }
        match self.at {
            At::Pointer => match serde_json::from_slice::<Pointer>(without_mark(&bytes)) {
                Ok(pointer) if self.held.is_some_and(|held| held.covers(&pointer)) => {
                    Next::Done(Outcome::Current)
                }
                Ok(Pointer { version, sha256 }) => match self.mismatch {
                    Some(failure) if sha256 == self.hashes => Next::Done(Outcome::Failed(failure)),
                    mismatch => Self { hashes: sha256, mismatch, ..self }.go_on(At::Ruleset(version)),
                },
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
            At::Latest { pointer } => {
                // latest.json stands in for the snapshot that version.json names.
                let stands_in = self.hashes.snapshot == Some(ContentHash::of(&bytes));
                self.compile(&bytes, pointer.filter(|_| stands_in))
            }
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
        let pointer = match self.at {
            At::Latest { .. } => pointer.filter(|named| *named == version),
            _ => pointer,
        };
        match (self.held, pointer) {
            (Some(held), None) if version <= held.version => Next::Done(Outcome::Current),
            (Some(held), Some(_)) if version < held.version => {
                self.corrupt(format!("it has version {version}, which is older than {}", held.version))
            }
            _ => {
                let content = pointer.and_then(|_| self.hashes.identity(FORMAT));
                let held = Held { pointer: pointer.unwrap_or(version), version, content };
                Next::Done(Outcome::Loaded(Arc::new(ruleset), held))
            }
        }
    }

    /// Reads version.json again, past all caches, if a cache may have responded with an old version.json.
    fn mismatched(self, problem: String) -> Next {
        if self.mismatch.is_some() {
            return self.corrupt(problem);
        }
        let mismatch = Some(Failure::Corrupt { path: self.path(), problem });
        Self { at: At::Pointer, past_caches: true, mismatch, ..self }.fetch()
    }

    fn corrupt(&self, problem: String) -> Next {
        Next::Done(Outcome::Failed(Failure::Corrupt { path: self.path(), problem }))
    }
}

/// Returns a JSON text without the byte order mark that some editors and servers put before it.
fn without_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json)
}
