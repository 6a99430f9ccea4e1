//! Recording versions: of an environment's content, or of the content of an older version.

use edgewise_api::{EnvironmentName, paths, resources::VersionState};
use edgewise_caller::iso8601;

use super::{
    context::Publisher,
    error::{PrepareError, PublishError},
    lease::Lease,
    snapshot::{self, Compiled, SnapshotError},
    step::Step,
};
use crate::store::{Tx, Version};

/// The number and the time of the next version.
struct NextVersion {
    number: u64,
    created_at: i64,
}

impl NextVersion {
    /// Returns the time of publishing for the snapshot.
    fn published_at(&self) -> String {
        iso8601(self.created_at)
    }

    /// Returns the pending version. `changes` is the number of the last change that it includes, `by` the author of that
    /// change, and `restores` the older version that it restores.
    fn into_pending(
        self,
        snapshot: String,
        (changes, by): (i64, Option<String>),
        experiments: Option<i64>,
        restores: Option<i64>,
    ) -> Version {
        Version {
            number: self.number.cast_signed(),
            state: VersionState::Pending,
            snapshot,
            changes,
            created_at: self.created_at,
            created_by: by,
            experiments,
            restores,
        }
    }
}

impl Publisher {
    /// Returns the version after the highest number in the database and the highest number in the object store.
    fn next_version(&self, known: i64, in_store: u64) -> NextVersion {
        let number = known.unsigned_abs().max(in_store).saturating_add(1);
        NextVersion { number, created_at: self.clock.now_ms() }
    }

    /// Returns the snapshot that a publish would make live now. Nothing is written.
    ///
    /// # Errors
    /// If the content cannot be read or published.
    pub(crate) async fn preview(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
    ) -> Result<String, PrepareError> {
        let mut tx = self.store.read().await?;
        let content = tx.content(environment_id).await?;
        let next = self.next_version(tx.highest_version(environment_id).await?, 0);
        drop(tx);
        Ok(snapshot::build(content, name, next.number, next.published_at()).await?.json)
    }

    /// Returns the highest version that the pointers of the object store name, which may be ahead of the database.
    ///
    /// # Errors
    /// If the object store is not available.
    pub(crate) async fn highest_in_object_store(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
    ) -> Result<u64, PrepareError> {
        Ok(self.highest_pointer(environment_id, name, None).await?)
    }

    /// Records the content of an older version as the next pending version. Versions that are pending are superseded.
    /// `in_store` is the result of [`Publisher::highest_in_object_store`]; `changes` is the number of the rollback's change.
    ///
    /// # Errors
    /// If the version cannot be recorded.
    pub(crate) async fn restore(
        &self,
        tx: &mut Tx,
        environment_id: &str,
        old: Version,
        in_store: u64,
        (changes, by): (i64, &str),
    ) -> Result<(), PrepareError> {
        tx.supersede_pending(environment_id).await?;
        let next = self.next_version(tx.highest_version(environment_id).await?, in_store);
        let Compiled { json, ruleset } =
            snapshot::renumbered(old.snapshot, next.number, next.published_at()).await?;
        self.compiled.keep(environment_id, ruleset);
        let restores = old.restores.or(Some(old.number));
        let version = next.into_pending(json, (changes, Some(by.to_owned())), old.experiments, restores);
        Ok(tx.insert_pending(environment_id, &version).await?)
    }

    /// Records the content of an environment as pending, under the next free number.
    pub(super) async fn record_next(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
        lease: &mut Lease<'_>,
    ) -> Result<Step, PublishError> {
        let mut tx = self.store.read().await?;
        let content = tx.content(environment_id).await?;
        let known = tx.highest_version(environment_id).await?;
        drop(tx);

        let next = self.next_version(known, self.highest_pointer(environment_id, name, Some(lease)).await?);
        let (changes, by) = (content.changes, content.due_by.clone());
        let experiments = i64::try_from(content.experiments.count()).ok();
        let built = snapshot::build(content, name, next.number, next.published_at()).await;
        let Compiled { json, ruleset } = match built {
            Ok(compiled) => compiled,
            Err(SnapshotError::Rows(error)) => return Err(error.into()),
            Err(problem) => {
                tracing::error!(environment = %name, error = %problem, "the content cannot be published");
                self.progress.record_rejection(environment_id, changes, problem.to_string());
                return Ok(Step::Idle);
            }
        };
        let version = next.into_pending(json, (changes, by), experiments, None);
        let mut tx = self.store.write().await?;
        if !lease.renew_in(&mut tx).await? {
            return Err(PublishError::LeaseLost);
        }
        // A rollback may have been committed while the snapshot was compiled.
        if tx.publish_state(environment_id).await?.is_some_and(|(_, state)| state.held_at.is_some()) {
            tx.commit().await?;
            return Ok(Step::Continue);
        }
        tx.insert_pending(environment_id, &version).await?;
        tx.commit().await?;
        self.compiled.keep(environment_id, ruleset);
        Ok(Step::Continue)
    }

    /// Supersedes a version whose number another system uses. A rollback is recorded again under the next number; other content
    /// is recorded again by the next step.
    pub(super) async fn supersede(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
        version: &Version,
        lease: &mut Lease<'_>,
    ) -> Result<(), PublishError> {
        let in_store = self.highest_pointer(environment_id, name, Some(lease)).await?;
        let mut tx = self.store.write().await?;
        // Every writer of versions updates this row first, so that writers wait for each other.
        let change = tx.begin_change(environment_id).await?;
        let superseded = tx.mark_superseded(environment_id, version.number).await?;
        if let (true, Some(_), Some(_)) = (superseded, version.restores, change) {
            let by = version.created_by.clone().unwrap_or_default();
            let again =
                self.restore(&mut tx, environment_id, version.clone(), in_store, (version.changes, &by));
            again.await.map_err(|problem| match problem {
                PrepareError::Database(error) => PublishError::Database(error),
                problem => PublishError::Unreadable(problem.to_string()),
            })?;
        }
        Ok(tx.commit().await?)
    }

    /// Returns the highest version that the pointers of the object store name. The object store can be ahead of the database:
    /// after a backup was restored, or with the bucket of another system.
    async fn highest_pointer(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
        mut lease: Option<&mut Lease<'_>>,
    ) -> Result<u64, PublishError> {
        if let Some(lease) = &mut lease {
            lease.keep().await?;
        }
        let version = self.pointer(environment_id, &paths::version(name)).await?;
        if let Some(lease) = &mut lease {
            lease.keep().await?;
        }
        let latest = self.pointer(environment_id, &paths::latest(name)).await?;
        Ok(version.into_iter().chain(latest).map(|pointer| pointer.version).max().unwrap_or(0))
    }
}
