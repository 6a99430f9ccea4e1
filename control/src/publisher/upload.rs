//! Writing a pending version to the object store: the immutable snapshot and ruleset, then latest.json, then
//! version.json.
//! After a failure at any point, this process or another can repeat every step.

use std::sync::Arc;

use edgewise_api::{
    ContentHash, EnvironmentName,
    paths::{self, Hashes, Pointer},
    resources::VersionState,
};
use edgewise_engine::{Ruleset, ruleset::FORMAT};
use edgewise_objects::{Condition, Put};
use tokio::task::spawn_blocking;

use super::{
    context::Publisher,
    error::PublishError,
    lease::Lease,
    objects::pointer,
    snapshot::{self, Compilation},
    step::Step,
};
use crate::store::Version;

/// The number of attempts to move a pointer that others change at the same time.
const POINTER_TRIES: usize = 3;

/// The outcome of writing a version.
#[derive(PartialEq, Eq)]
enum Write {
    /// The pointer names this version, or a later one of this database.
    Written,
    /// Another system uses the version number, or a higher one.
    NumberInUse,
}

/// What is in the place of an object that never changes, once this process has tried to write it.
enum Place {
    /// The object.
    Taken,
    /// An equivalent object with these bytes, which an earlier attempt has written.
    Equivalent(Vec<u8>),
    /// An object of another system.
    NumberInUse,
}

/// A pointer to move: latest.json or version.json.
struct Move<'a> {
    path: &'a str,
    bytes: &'a [u8],
    /// What a reader of the pointer reads from these bytes.
    to: &'a Pointer,
}

impl Publisher {
    /// Writes a pending version, and records whether it is published or superseded.
    pub(super) async fn upload(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
        version: &Version,
        lease: &mut Lease<'_>,
    ) -> Result<Step, PublishError> {
        let number = version.number.unsigned_abs();
        let compiling = snapshot::compile(version, self.compiled.get(environment_id)).await;
        let Compilation { ruleset, hashes, live } =
            compiling.map_err(|problem| PublishError::Unreadable(problem.to_string()))?;

        let json = version.snapshot.as_bytes();
        let stored = self.write_content(environment_id, name, lease, json, &ruleset, hashes).await?;
        let written = match stored {
            Some(hashes) => self.move_pointers(environment_id, name, lease, json, number, hashes).await?,
            None => Write::NumberInUse,
        };
        self.compiled.forget(environment_id);
        if written == Write::Written {
            (self.followers.on_published)(name, Arc::unwrap_or_clone(ruleset));
        }

        match written {
            Write::Written => {
                let mut tx = self.store.write().await?;
                let published = tx.mark_published(environment_id, version).await?;
                if published {
                    tx.record_live(environment_id, version.number, &live).await?;
                    tx.notify_published(name, version.number).await?;
                }
                tx.commit().await?;
                if !published {
                    tracing::info!(environment = %name, version = number, "version written, but superseded in the meantime");
                    return Ok(Step::Continue);
                }
                self.followers.live.announce(name, number);
                tracing::info!(environment = %name, version = number, "version published");
            }
            Write::NumberInUse => {
                self.supersede(environment_id, name, version, lease).await?;
                tracing::warn!(environment = %name, version = number, "another system has written this version to the snapshot store; using the next number");
            }
        }
        Ok(Step::Continue)
    }

    /// Writes the snapshot and the ruleset of a version. `hashes` are those of the written bytes. Returns the hashes of what the
    /// store holds, or `None` if another system uses the version number.
    async fn write_content(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
        lease: &mut Lease<'_>,
        json: &[u8],
        ruleset: &Ruleset,
        mut hashes: Hashes,
    ) -> Result<Option<Hashes>, PublishError> {
        let number = ruleset.version();
        let path = paths::snapshot(name, number);
        match self.write_immutable(environment_id, lease, &path, json, |_| false).await? {
            Place::Taken => {}
            Place::Equivalent(_) | Place::NumberInUse => return Ok(None),
        }
        let path = paths::ruleset(name, FORMAT, number);
        let same = |existing: &[u8]| has_same_snapshot(existing, ruleset);
        match self.write_immutable(environment_id, lease, &path, ruleset.as_bytes(), same).await? {
            Place::Taken => {}
            Place::Equivalent(bytes) => {
                let hashing = spawn_blocking(move || ContentHash::of(&bytes)).await;
                let hash = hashing.map_err(|problem| PublishError::Unreadable(problem.to_string()))?;
                hashes.rulesets.insert(FORMAT, hash);
            }
            Place::NumberInUse => return Ok(None),
        }
        Ok(Some(hashes))
    }

    /// Writes an object that never changes, unless the same or an equivalent object exists.
    async fn write_immutable(
        &self,
        environment_id: &str,
        lease: &mut Lease<'_>,
        path: &str,
        bytes: &[u8],
        is_equivalent: impl Fn(&[u8]) -> bool,
    ) -> Result<Place, PublishError> {
        lease.keep().await?;
        match self.put(environment_id, path, bytes, Condition::Absent).await? {
            Put::Written => Ok(Place::Taken),
            Put::Refused => {
                lease.keep().await?;
                match self.get(environment_id, path).await? {
                    Some(object) if object.bytes == bytes => Ok(Place::Taken),
                    Some(object) if is_equivalent(&object.bytes) => Ok(Place::Equivalent(object.bytes)),
                    Some(_) => Ok(Place::NumberInUse),
                    // The condition failed, but there is no object: another write may be in progress.
                    None => Err(PublishError::Contended),
                }
            }
        }
    }

    /// Moves latest.json, and then version.json, to a version whose objects have these hashes.
    async fn move_pointers(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
        lease: &mut Lease<'_>,
        json: &[u8],
        number: u64,
        hashes: Hashes,
    ) -> Result<Write, PublishError> {
        let latest = Pointer { version: number, sha256: Hashes::default() };
        let to_latest = Move { path: &paths::latest(name), bytes: json, to: &latest };
        if self.move_pointer(environment_id, lease, to_latest).await? == Write::NumberInUse {
            return Ok(Write::NumberInUse);
        }
        let pointer = Pointer { version: number, sha256: hashes };
        let bytes =
            serde_json::to_vec(&pointer).map_err(|problem| PublishError::Unreadable(problem.to_string()))?;
        let to_version = Move { path: &paths::version(name), bytes: &bytes, to: &pointer };
        self.move_pointer(environment_id, lease, to_version).await
    }

    /// Moves a pointer to this version, unless the pointer already names this version or a later one. A pointer that names this
    /// version with other hashes, or without hashes, is written anew: an earlier attempt has written it, perhaps of another
    /// release.
    async fn move_pointer(
        &self,
        environment_id: &str,
        lease: &mut Lease<'_>,
        Move { path, bytes, to }: Move<'_>,
    ) -> Result<Write, PublishError> {
        for _ in 0..POINTER_TRIES {
            lease.keep().await?;
            let (etag, existing) = match self.get(environment_id, path).await? {
                Some(object) => {
                    let (etag, pointer) = pointer(object).await;
                    (Some(etag), pointer)
                }
                None => (None, None),
            };
            if let Some(existing) = existing.filter(|existing| existing.version >= to.version) {
                let number = existing.version.cast_signed();
                let known = self.store.read().await?.version(environment_id, number).await?;
                let ours = known.is_some_and(|version| version.state != VersionState::Superseded);
                if !ours {
                    return Ok(Write::NumberInUse);
                }
                if existing.version > to.version || existing.sha256 == to.sha256 {
                    return Ok(Write::Written);
                }
            }
            let condition = etag.as_deref().map_or(Condition::Absent, Condition::Matches);
            lease.keep().await?;
            if self.put(environment_id, path, bytes, condition).await? == Put::Written {
                return Ok(Write::Written);
            }
        }
        Err(PublishError::Contended)
    }
}

/// Returns whether bytes are a ruleset of the same snapshot, perhaps compiled by another release.
fn has_same_snapshot(bytes: &[u8], ruleset: &Ruleset) -> bool {
    Ruleset::load(bytes.to_vec()).is_ok_and(|existing| {
        (existing.version(), existing.snapshot_hash()) == (ruleset.version(), ruleset.snapshot_hash())
    })
}
