use edgewise_api::{
    ApiError, EnvironmentName,
    diff::{Diff, diff},
    page::{Page, PageRequest},
    resources::{self, Preview, PublicationStatus, VersionState},
};
use serde_json::value::RawValue;

use super::{Changed, Result, Services, begin_change, count, failure, missing};
use crate::{
    publisher::Unprepared,
    store::{PublishState, Tx, Version},
};
use edgewise_caller::Actor;
use edgewise_caller::iso8601;

impl Services {
    /// A page of an environment's versions, the newest first.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn versions(
        &self,
        environment_id: &str,
        page: PageRequest,
    ) -> Result<Page<resources::Version>> {
        let mut tx = self.store.read().await?;
        state(&mut tx, environment_id).await?;
        let (rows, total) = tx.versions(environment_id, page.limit(), page.offset()).await?;
        Ok(page.answer(rows, count(total)))
    }

    /// The snapshot of a version, as it was published.
    ///
    /// # Errors
    /// 404 if there is no such environment or version.
    pub async fn version(&self, environment_id: &str, number: &str) -> Result<String> {
        let mut tx = self.store.read().await?;
        state(&mut tx, environment_id).await?;
        Ok(version(&mut tx, environment_id, number).await?.snapshot)
    }

    /// Whether a version was live: then its content can be made live again.
    ///
    /// # Errors
    /// 404 if there is no such version.
    pub async fn was_live(&self, environment_id: &str, number: &str) -> Result<bool> {
        let mut tx = self.store.read().await?;
        Ok(version(&mut tx, environment_id, number).await?.state == VersionState::Published)
    }

    /// How a version differs from another, or, if none is named, from what was live before it.
    ///
    /// # Errors
    /// 404 if there is no such environment or version.
    pub async fn diff(&self, environment_id: &str, number: &str, against: Option<&str>) -> Result<Diff> {
        let mut tx = self.store.read().await?;
        state(&mut tx, environment_id).await?;
        let after = version(&mut tx, environment_id, number).await?;
        let before = match against {
            Some(number) => Some(version(&mut tx, environment_id, number).await?),
            None => tx.newest_published_before(environment_id, after.number).await?,
        };
        compared(after.snapshot, before.map(|before| before.snapshot)).await
    }

    /// What a publish would make live now, and how it differs from what is. Nothing is written.
    ///
    /// # Errors
    /// 404 if there is no such environment, 422 if its content cannot be published.
    pub async fn preview(&self, environment_id: &str) -> Result<Preview> {
        let mut tx = self.store.read().await?;
        let (name, _) = state(&mut tx, environment_id).await?;
        let live = tx.newest_published(environment_id).await?;
        drop(tx);
        let snapshot = self.publisher.preview(environment_id, &name).await?;
        let diff = compared(snapshot.clone(), live.map(|live| live.snapshot)).await?;
        let snapshot = RawValue::from_string(snapshot).map_err(|error| failure::internal(&error))?;
        Ok(Preview { snapshot, diff })
    }

    /// Makes the content of an older version live again, under a new number, and keeps later changes unpublished until
    /// [`Services::resume`].
    ///
    /// # Errors
    /// 404 if there is no such environment or version, 409 if the version was never live, 503 if the snapshot store
    /// does not answer.
    pub async fn rollback(
        &self,
        actor: &Actor,
        environment_id: &str,
        number: &str,
    ) -> Result<Changed<PublicationStatus>> {
        let (name, _) = {
            let mut tx = self.store.read().await?;
            let state = state(&mut tx, environment_id).await?;
            once_live(version(&mut tx, environment_id, number).await?)?;
            state
        };
        let shown = self.publisher.shown(environment_id, &name).await?;

        let mut tx = self.store.write().await?;
        let change = begin_change(&mut tx, environment_id).await?;
        let old = once_live(version(&mut tx, environment_id, number).await?)?;
        tx.hold(environment_id, Some(self.clock.now_ms())).await?;
        let by = (change.number, actor.name());
        self.publisher.restore(&mut tx, environment_id, old, shown, by).await?;
        tx.commit().await?;
        tracing::info!(%actor, id = environment_id, version = number, "rolled back");
        let publication = self.publisher.publish(environment_id, change.number).await;
        Ok(Changed { value: self.publication(environment_id).await?, publication })
    }

    /// Publishes changes again, with those that were kept since a rollback.
    ///
    /// # Errors
    /// 404 if there is no such environment, 409 if nothing is held back.
    pub async fn resume(&self, actor: &Actor, environment_id: &str) -> Result<Changed<PublicationStatus>> {
        let mut tx = self.store.write().await?;
        let change = begin_change(&mut tx, environment_id).await?;
        if !change.held {
            return Err(ApiError::conflict("the environment is not held: its changes are published already"));
        }
        tx.hold(environment_id, None).await?;
        tx.mark_due(environment_id, change, actor.name()).await?;
        tx.commit().await?;
        tracing::info!(%actor, id = environment_id, "publishing resumed");
        let publication = self.publisher.publish(environment_id, change.number).await;
        Ok(Changed { value: self.publication(environment_id).await?, publication })
    }

    /// Where an environment stands in being published.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn publication(&self, environment_id: &str) -> Result<PublicationStatus> {
        let mut tx = self.store.read().await?;
        let (_, state) = state(&mut tx, environment_id).await?;
        let pending = tx.pending_number(environment_id).await?;
        let live = tx.live(environment_id).await?;
        let included = live.map_or(0, |live| live.restored.unwrap_or(live.changes));
        let waits = pending.is_some() || state.due > state.published;
        Ok(PublicationStatus {
            unpublished: state.due > included,
            live_version: live.map(|live| live.number.unsigned_abs()),
            published_at: live.map(|live| iso8601(live.created_at)),
            pending_version: pending.map(i64::unsigned_abs),
            held_at: state.held_at.map(iso8601),
            error: if waits { self.publisher.problem(environment_id) } else { None },
        })
    }
}

async fn state(tx: &mut Tx, environment_id: &str) -> Result<(EnvironmentName, PublishState)> {
    tx.publish_state(environment_id).await?.ok_or_else(|| missing("environment", environment_id))
}

/// The version of a number as it stands in a path.
async fn version(tx: &mut Tx, environment_id: &str, number: &str) -> Result<Version> {
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let known = match number.parse() {
        Ok(number) if digits => tx.version(environment_id, number).await?,
        _ => None,
    };
    known.ok_or_else(|| missing("version", number))
}

/// The version, if it was live.
fn once_live(version: Version) -> Result<Version> {
    if version.state == VersionState::Published {
        Ok(version)
    } else {
        let number = version.number;
        Err(ApiError::conflict(format!("version {number} was never live: choose one that was")))
    }
}

/// Compares on a thread of its own: large snapshots take a while.
async fn compared(after: String, before: Option<String>) -> Result<Diff> {
    let comparing = tokio::task::spawn_blocking(move || diff(&after, before.as_deref()));
    match comparing.await {
        Ok(diff) => diff.map_err(|error| failure::internal(&error)),
        Err(error) => Err(failure::internal(&error)),
    }
}

impl From<Unprepared> for ApiError {
    fn from(problem: Unprepared) -> Self {
        match problem {
            Unprepared::Database(error) => error.into(),
            Unprepared::Objects(problem) => Self::unavailable(problem),
            Unprepared::Content(problem) => Self::unprocessable(problem),
        }
    }
}
