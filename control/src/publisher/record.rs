//! Making versions: from an environment's content, or again from that of an older version.

use edgewise_api::{EnvironmentName, paths, resources::VersionState};
use edgewise_caller::iso8601;

use super::{
    compile,
    context::Publisher,
    error::{Problem, Unprepared},
    lease::Lease,
    step::Step,
};
use crate::store::{Tx, Version};

/// The place of a version that is to be made.
struct Next {
    number: u64,
    created_at: i64,
}

impl Next {
    /// When it is published, as its snapshot says.
    fn published_at(&self) -> String {
        iso8601(self.created_at)
    }

    /// The version, which is still to be written. `changes` are those that it includes, the last of them made by `by`;
    /// `restores` is the older version whose content it has.
    fn pending(
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
    /// The place after the highest number that is known here, and the highest that the snapshot store shows.
    fn next(&self, known: i64, shown: u64) -> Next {
        let number = known.unsigned_abs().max(shown).saturating_add(1);
        Next { number, created_at: self.clock.now_ms() }
    }

    /// The snapshot that would be published now. Nothing is written.
    ///
    /// # Errors
    /// If the content cannot be read or published.
    pub(crate) async fn preview(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
    ) -> Result<String, Unprepared> {
        let mut tx = self.store.read().await?;
        let content = tx.content(environment_id).await?;
        let next = self.next(tx.highest_version(environment_id).await?, 0);
        drop(tx);
        Ok(compile::snapshot(content, name, next.number, next.published_at()).await?)
    }

    /// The highest version that the snapshot store shows, which may be ahead of the database.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub(crate) async fn shown(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
    ) -> Result<u64, Unprepared> {
        Ok(self.highest_shown(environment_id, name).await?)
    }

    /// Records the content of an older version as the next pending one. What is still to be written is given up for it.
    /// `shown` is what [`Publisher::shown`] said; `changes` is the change that this is.
    ///
    /// # Errors
    /// If it cannot be recorded.
    pub(crate) async fn restore(
        &self,
        tx: &mut Tx,
        environment_id: &str,
        old: Version,
        shown: u64,
        (changes, by): (i64, &str),
    ) -> Result<(), Unprepared> {
        tx.supersede_pending(environment_id).await?;
        let next = self.next(tx.highest_version(environment_id).await?, shown);
        let snapshot = compile::renumbered(old.snapshot, next.number, next.published_at()).await?;
        let restores = old.restores.or(Some(old.number));
        let version = next.pending(snapshot, (changes, Some(by.to_owned())), old.experiments, restores);
        Ok(tx.insert_pending(environment_id, &version).await?)
    }

    /// Records the environment's content, under the next free number, as pending.
    pub(super) async fn allot(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
        lease: &mut Lease<'_>,
    ) -> Result<Step, Problem> {
        let mut tx = self.store.read().await?;
        let content = tx.content(environment_id).await?;
        let known = tx.highest_version(environment_id).await?;
        drop(tx);

        let next = self.next(known, self.highest_shown(environment_id, name).await?);
        let (changes, by) = (content.changes, content.due_by.clone());
        let experiments = i64::try_from(content.experiments.len()).ok();
        let snapshot = match compile::snapshot(content, name, next.number, next.published_at()).await {
            Ok(snapshot) => snapshot,
            Err(problem) => {
                tracing::error!(environment = %name, %problem, "the content cannot be published");
                self.progress.rejected(environment_id, changes, problem.to_string());
                return Ok(Step::Idle);
            }
        };
        let version = next.pending(snapshot, (changes, by), experiments, None);
        let mut tx = self.store.write().await?;
        if !lease.renew_in(&mut tx).await? {
            return Err(Problem::LeaseLost);
        }
        // Somebody may have rolled back while this was made.
        if tx.publish_state(environment_id).await?.is_some_and(|(_, state)| state.held_at.is_some()) {
            tx.commit().await?;
            return Ok(Step::Again);
        }
        tx.insert_pending(environment_id, &version).await?;
        tx.commit().await?;
        Ok(Step::Again)
    }

    /// Gives up a number that somebody else uses. What was restored under it is recorded again; content is allotted anew
    /// without that.
    pub(super) async fn give_up(
        &self,
        environment_id: &str,
        name: &EnvironmentName,
        version: &Version,
    ) -> Result<(), Problem> {
        let shown = self.highest_shown(environment_id, name).await?;
        let mut tx = self.store.write().await?;
        // All who record versions change this row first, and so wait for each other.
        let change = tx.begin_change(environment_id).await?;
        let given_up = tx.mark_superseded(environment_id, version.number).await?;
        if let (true, Some(_), Some(_)) = (given_up, version.restores, change) {
            let by = version.created_by.clone().unwrap_or_default();
            let again = self.restore(&mut tx, environment_id, version.clone(), shown, (version.changes, &by));
            again.await.map_err(|problem| match problem {
                Unprepared::Database(error) => Problem::Database(error),
                problem => Problem::Unreadable(problem.to_string()),
            })?;
        }
        Ok(tx.commit().await?)
    }

    /// A store that is ahead of the database (a restored backup, a bucket of another origin) is overtaken.
    async fn highest_shown(&self, environment_id: &str, name: &EnvironmentName) -> Result<u64, Problem> {
        let version = self.pointer(environment_id, &paths::version(name)).await?;
        let latest = self.pointer(environment_id, &paths::latest(name)).await?;
        Ok(version.max(latest).map_or(0, |pointer| pointer.version))
    }
}
