//! Writing a pending version to the object store: the immutable snapshot and ruleset, then latest.json, then
//! version.json.
//! Every step may be repeated, by this process or another, after a failure at any point.

use edgewise_api::{EnvironmentName, paths, resources::VersionState};
use edgewise_engine::{Ruleset, ruleset::FORMAT};
use edgewise_objects::{Condition, Put};

use super::{context::Publisher, error::Problem, lease::Lease, objects::pointer, step::Step};
use crate::store::Version;

/// How often in a row it is tried to move a pointer that changes under our hands.
const POINTER_TRIES: usize = 3;

/// Whether a version can go on under its number.
#[derive(PartialEq, Eq)]
enum Write {
    /// The object holds this version, or a later one of this database.
    Written,
    /// Somebody else uses the number, or a higher one.
    Taken,
}

impl Publisher {
    /// Writes a pending version, and records what became of it.
    pub(super) async fn upload(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
        version: &Version,
        lease: &mut Lease<'_>,
    ) -> Result<Step, Problem> {
        let number = version.number.unsigned_abs();
        let snapshot = version.snapshot.as_bytes();
        let pointer = serde_json::json!({ "version": number }).to_string();

        let ruleset = compiled(&version.snapshot).await?;

        let same = |there: &[u8]| there == snapshot;
        let mut written =
            self.write_immutable(environment_id, &paths::snapshot(name, number), snapshot, same).await?;
        if written == Write::Written {
            self.keep(lease).await?;
            let path = paths::ruleset(name, FORMAT, number);
            let same = |there: &[u8]| there == ruleset.as_bytes() || is_of_same_snapshot(there, &ruleset);
            written = self.write_immutable(environment_id, &path, ruleset.as_bytes(), same).await?;
        }
        for (path, bytes) in [(paths::latest(name), snapshot), (paths::version(name), pointer.as_bytes())] {
            if written == Write::Written {
                self.keep(lease).await?;
                written = self.move_pointer(environment_id, &path, bytes, number).await?;
            }
        }
        if written == Write::Written {
            (self.on_published)(name, ruleset);
        }

        match written {
            Write::Written => {
                let mut tx = self.store.write().await?;
                let done = tx.mark_published(environment_id, version).await?;
                if done {
                    tx.notify_published(name, version.number).await?;
                }
                tx.commit().await?;
                if !done {
                    tracing::info!(environment = %name, version = number, "written, but given up meanwhile");
                    return Ok(Step::Again);
                }
                tracing::info!(environment = %name, version = number, "published");
            }
            Write::Taken => {
                self.give_up(environment_id, name, version).await?;
                tracing::warn!(environment = %name, version = number, "the store has that version of another origin; taking the next number");
            }
        }
        Ok(Step::Again)
    }

    async fn keep(&self, lease: &mut Lease<'_>) -> Result<(), Problem> {
        if lease.renew().await? { Ok(()) } else { Err(Problem::LeaseLost) }
    }

    /// Writes what never changes, unless the same is there.
    async fn write_immutable(
        &self,
        environment_id: &str,
        path: &str,
        bytes: &[u8],
        same: impl Fn(&[u8]) -> bool,
    ) -> Result<Write, Problem> {
        match self.put(environment_id, path, bytes, Condition::Absent).await? {
            Put::Written => Ok(Write::Written),
            Put::Refused => match self.get(environment_id, path).await? {
                Some(object) if same(&object.bytes) => Ok(Write::Written),
                Some(_) => Ok(Write::Taken),
                // Refused, and yet not there: another write of it may be under way.
                None => Err(Problem::Contended),
            },
        }
    }

    /// Moves latest.json or version.json to this version, unless it is further already.
    async fn move_pointer(
        &self,
        environment_id: &str,
        path: &str,
        bytes: &[u8],
        number: u64,
    ) -> Result<Write, Problem> {
        for _ in 0..POINTER_TRIES {
            let there = self.get(environment_id, path).await?;
            let at = there.as_ref().and_then(pointer).map_or(0, |pointer| pointer.version);
            if at >= number {
                let known = self.store.read().await?.version(environment_id, at.cast_signed()).await?;
                let ours = known.is_some_and(|version| version.state != VersionState::Superseded);
                return Ok(if ours { Write::Written } else { Write::Taken });
            }
            let condition =
                there.as_ref().map_or(Condition::Absent, |object| Condition::Matches(&object.etag));
            if self.put(environment_id, path, bytes, condition).await? == Put::Written {
                return Ok(Write::Written);
            }
        }
        Err(Problem::Contended)
    }
}

/// The ruleset of a snapshot, made on a thread of its own: a large one takes a while.
async fn compiled(snapshot: &str) -> Result<Ruleset, Problem> {
    let json = snapshot.to_owned();
    let compiling = tokio::task::spawn_blocking(move || Ruleset::from_json(json.as_bytes()));
    match compiling.await {
        Ok(ruleset) => ruleset.map_err(|problem| Problem::Unreadable(problem.to_string())),
        Err(problem) => Err(Problem::Unreadable(problem.to_string())),
    }
}

/// Whether bytes are a ruleset of the same snapshot, if perhaps by another release's compiler.
fn is_of_same_snapshot(bytes: &[u8], ruleset: &Ruleset) -> bool {
    Ruleset::load(bytes.to_vec()).is_ok_and(|there| {
        (there.version(), there.snapshot_hash()) == (ruleset.version(), ruleset.snapshot_hash())
    })
}
