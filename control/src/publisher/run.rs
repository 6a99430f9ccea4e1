//! The task that looks for work and does it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use edgewise_api::EnvironmentName;
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
    time::sleep,
};

use super::{context::Publisher, error::Problem, lease::Lease, step::Step};
use crate::store::{StoreError, Version};

/// The pause after publishing broke off by a fault of ours.
const BROKEN_OFF: Duration = Duration::from_secs(1);

/// How often it is looked at while another process publishes what requests of this one wait for.
const LOOK_ELSEWHERE: Duration = Duration::from_millis(50);

/// The pauses after failures double from the first to the last.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// What there is to do for an environment.
enum Work {
    /// Write a version that was recorded.
    Upload(Version),
    /// Record the next version.
    Allot,
}

impl Publisher {
    /// Looks for work, and does it, until [`Publisher::stop`].
    pub(crate) async fn run(self: Arc<Self>) {
        tokio::select! {
            () = self.clone().do_what_is_due() => {}
            () = self.hear_of_others() => {}
        }
    }

    /// Has work looked for when another process made it. Never ends.
    async fn hear_of_others(&self) {
        let mut listener = self.store.due_listener();
        loop {
            listener.changed().await;
            self.wake.notify_one();
        }
    }

    async fn do_what_is_due(self: Arc<Self>) {
        let mut tasks = JoinSet::new();
        let mut busy: HashMap<String, AbortHandle> = HashMap::new();
        let mut stopping = self.stopping.subscribe();
        let mut database_failed = false;
        while !*stopping.borrow_and_update() {
            busy.retain(|_, task| !task.is_finished());
            match self.environments_to_publish().await {
                Ok(environments) => {
                    database_failed = false;
                    for (id, changes) in environments {
                        if self.progress.is_rejected(&id, changes) {
                            continue;
                        }
                        let publisher = self.clone();
                        busy.entry(id.clone())
                            .or_insert_with(|| tasks.spawn(async move { publisher.work(&id).await }));
                    }
                }
                Err(error) if !database_failed => {
                    tracing::warn!(%error, "cannot look for changes to publish");
                    database_failed = true;
                }
                Err(_) => {}
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = sleep(self.look_every) => {}
                Some(ended) = tasks.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "publishing broke off");
                        rest(&mut stopping, BROKEN_OFF).await;
                    }
                }
                _ = stopping.changed() => {}
            }
        }
        // What is under way ends by itself: each call is limited, and nobody pauses any more.
        while tasks.join_next().await.is_some() {}
    }

    async fn environments_to_publish(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.store.read().await?.environments_to_publish().await
    }

    /// Publishes one environment until there is nothing left to do.
    async fn work(&self, environment_id: &str) {
        let mut lease = Lease::new(&self.store, self.clock.as_ref(), environment_id, &self.owner);
        let mut stopping = self.stopping.subscribe();
        let mut pause = BACK_OFF.0;
        while !*stopping.borrow_and_update() {
            match self.step(environment_id, &mut lease).await {
                Ok(Step::Again) => pause = BACK_OFF.0,
                Ok(Step::Idle) => break,
                Ok(Step::Elsewhere) => {
                    self.progress
                        .failed(environment_id, "another process is publishing the environment".to_owned());
                    rest(&mut stopping, LOOK_ELSEWHERE).await;
                }
                Err(problem) => {
                    tracing::warn!(environment_id, %problem, "publishing failed; trying again");
                    self.progress.failed(environment_id, problem.public());
                    rest(&mut stopping, pause).await;
                    pause = (pause * 2).min(BACK_OFF.1);
                }
            }
        }
        if let Err(error) = lease.release().await {
            tracing::debug!(environment_id, %error, "the lease could not be given back; it runs out by itself");
        }
    }

    async fn step(&self, environment_id: &str, lease: &mut Lease<'_>) -> Result<Step, Problem> {
        if self.work_left(environment_id).await?.is_none() {
            return Ok(Step::Idle);
        }
        if !lease.renew().await? {
            return Ok(Step::Elsewhere);
        }
        // Under the lease nobody else does it meanwhile.
        match self.work_left(environment_id).await? {
            Some((name, Work::Upload(version))) => self.upload(environment_id, &name, &version, lease).await,
            Some((name, Work::Allot)) => self.allot(environment_id, &name, lease).await,
            None => Ok(Step::Idle),
        }
    }

    async fn work_left(&self, environment_id: &str) -> Result<Option<(EnvironmentName, Work)>, Problem> {
        let mut tx = self.store.read().await?;
        let Some((name, state)) = tx.publish_state(environment_id).await? else { return Ok(None) };
        let pending = tx.pending(environment_id).await?;
        let live = if state.held_at.is_some() { tx.live(environment_id).await? } else { None };
        let held_back = live.and_then(|live| Some((live.restored?, live.changes)));
        self.progress.published(environment_id, state.published, held_back);
        let work = match pending {
            Some(version) => Work::Upload(version),
            None if state.held_at.is_some() || state.due <= state.published => return Ok(None),
            None => Work::Allot,
        };
        Ok(Some((name, work)))
    }
}

/// Pauses, but not when the publisher is to stop.
async fn rest(stopping: &mut watch::Receiver<bool>, pause: Duration) {
    tokio::select! {
        () = sleep(pause) => {}
        _ = stopping.changed() => {}
    }
}
