//! Writing a pending version to the object store: the immutable snapshot and ruleset, then latest.json, then
//! version.json.
//! After a failure at any point, this process or another can repeat every step.

use std::sync::Arc;

use edgewise_api::{EnvironmentName, paths, resources::VersionState};
use edgewise_engine::{Ruleset, ruleset::FORMAT};
use edgewise_objects::{Condition, Put};

use super::{context::Publisher, error::PublishError, lease::Lease, objects::pointer, snapshot, step::Step};
use crate::store::Version;

/// The number of attempts to move a pointer that others change at the same time.
const POINTER_TRIES: usize = 3;

/// The outcome of writing an object of a version.
#[derive(PartialEq, Eq)]
enum Write {
    /// The object contains this version, or a later one of this database.
    Written,
    /// Another system uses the version number, or a higher one.
    NumberInUse,
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
        let json = version.snapshot.as_bytes();
        let pointer = serde_json::json!({ "version": number }).to_string();

        let compiling = snapshot::compile(version, self.compiled.get(environment_id)).await;
        let (ruleset, live) = compiling.map_err(|problem| PublishError::Unreadable(problem.to_string()))?;

        let same = |existing: &[u8]| existing == json;
        let mut written =
            self.write_immutable(environment_id, lease, &paths::snapshot(name, number), json, same).await?;
        if written == Write::Written {
            let path = paths::ruleset(name, FORMAT, number);
            let same =
                |existing: &[u8]| existing == ruleset.as_bytes() || has_same_snapshot(existing, &ruleset);
            written = self.write_immutable(environment_id, lease, &path, ruleset.as_bytes(), same).await?;
        }
        for (path, bytes) in [(paths::latest(name), json), (paths::version(name), pointer.as_bytes())] {
            if written == Write::Written {
                written = self.move_pointer(environment_id, lease, &path, bytes, number).await?;
            }
        }
        self.compiled.forget(environment_id);
        if written == Write::Written {
            (self.on_published)(name, Arc::unwrap_or_clone(ruleset));
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
                tracing::info!(environment = %name, version = number, "version published");
            }
            Write::NumberInUse => {
                self.supersede(environment_id, name, version, lease).await?;
                tracing::warn!(environment = %name, version = number, "another system has written this version to the snapshot store; using the next number");
            }
        }
        Ok(Step::Continue)
    }

    /// Writes an object that never changes, unless an equivalent object exists.
    async fn write_immutable(
        &self,
        environment_id: &str,
        lease: &mut Lease<'_>,
        path: &str,
        bytes: &[u8],
        same: impl Fn(&[u8]) -> bool,
    ) -> Result<Write, PublishError> {
        lease.keep().await?;
        match self.put(environment_id, path, bytes, Condition::Absent).await? {
            Put::Written => Ok(Write::Written),
            Put::Refused => {
                lease.keep().await?;
                match self.get(environment_id, path).await? {
                    Some(object) if same(&object.bytes) => Ok(Write::Written),
                    Some(_) => Ok(Write::NumberInUse),
                    // The condition failed, but there is no object: another write may be in progress.
                    None => Err(PublishError::Contended),
                }
            }
        }
    }

    /// Moves latest.json or version.json to this version, unless the object already names this version or a later one.
    async fn move_pointer(
        &self,
        environment_id: &str,
        lease: &mut Lease<'_>,
        path: &str,
        bytes: &[u8],
        number: u64,
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
            let current = existing.map_or(0, |pointer| pointer.version);
            if current >= number {
                let known = self.store.read().await?.version(environment_id, current.cast_signed()).await?;
                let ours = known.is_some_and(|version| version.state != VersionState::Superseded);
                return Ok(if ours { Write::Written } else { Write::NumberInUse });
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
