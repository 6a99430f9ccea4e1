//! The task that looks for work and does it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use edgewise_api::EnvironmentName;
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
    time::sleep,
};

use super::{context::Publisher, error::PublishError, lease::Lease, step::Step};
use crate::store::StoreError;

/// The pause after a panic.
const PANIC_PAUSE: Duration = Duration::from_secs(1);

/// How often the database is polled while another process publishes an environment.
const OTHER_PROCESS_POLL: Duration = Duration::from_millis(50);

/// The first and the longest pause after failures; each pause is twice as long as the one before.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The next work for an environment.
enum Work {
    /// Writing the pending version.
    Upload,
    /// Recording the next version.
    Record,
}

impl Publisher {
    /// Looks for work and does it, until [`Publisher::stop`].
    pub(crate) async fn run(self: Arc<Self>) {
        self.list_live_of_earlier_releases().await;
        tokio::select! {
            () = self.clone().publish_due() => {}
            () = self.follow_other_processes() => {}
        }
    }

    /// Wakes the publisher when a change becomes due in another process. Never returns.
    async fn follow_other_processes(&self) {
        let mut listener = self.store.due_listener();
        loop {
            listener.changed().await;
            self.wake.notify_one();
        }
    }

    async fn publish_due(self: Arc<Self>) {
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
                        busy.entry(id.clone()).or_insert_with(|| {
                            tasks.spawn(async move { publisher.publish_environment(&id).await })
                        });
                    }
                }
                Err(error) if !database_failed => {
                    tracing::warn!(%error, "cannot poll for changes to publish");
                    database_failed = true;
                }
                Err(_) => {}
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = sleep(self.poll_interval) => {}
                Some(ended) = tasks.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "publishing panicked");
                        pause_unless_stopping(&mut stopping, PANIC_PAUSE).await;
                    }
                }
                _ = stopping.changed() => {}
            }
        }
        // Work in progress ends soon: each call has a timeout, and no task pauses any more.
        while tasks.join_next().await.is_some() {}
    }

    async fn environments_to_publish(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.store.read().await?.environments_to_publish().await
    }

    /// Publishes one environment until there is nothing left to do.
    async fn publish_environment(&self, environment_id: &str) {
        let mut lease = self.lease(environment_id);
        let mut stopping = self.stopping.subscribe();
        let (mut pause, mut logged) = (BACK_OFF.0, None);
        while !*stopping.borrow_and_update() {
            let requests = self.progress.requests(environment_id);
            let step = {
                // The permit is returned before a pause.
                let _permit = tokio::select! {
                    permit = self.publishing.acquire() => permit,
                    _ = stopping.changed() => continue,
                };
                self.step(environment_id, &mut lease).await
            };
            match step {
                Ok(Step::Continue) => pause = BACK_OFF.0,
                Ok(Step::Idle) => break,
                Ok(Step::LeasedElsewhere) => {
                    let problem = "another process is publishing the environment".to_owned();
                    self.progress.record_problem(environment_id, problem, true);
                    pause_unless_stopping(&mut stopping, OTHER_PROCESS_POLL).await;
                }
                Err(problem) => {
                    let (message, waiting_helps) = (problem.public_message(), problem.waiting_helps());
                    if logged.as_ref() == Some(&message) {
                        tracing::debug!(environment_id, error = %problem, "publishing failed again");
                    } else {
                        tracing::warn!(environment_id, error = %problem, "publishing failed; trying again");
                        logged = Some(message.clone());
                    }
                    if !waiting_helps {
                        // Another process may be able to publish. The next attempt acquires the lease again.
                        self.release(lease).await;
                        lease = self.lease(environment_id);
                    }
                    self.progress.record_problem(environment_id, message, waiting_helps);
                    tokio::select! {
                        () = pause_unless_stopping(&mut stopping, pause) => {}
                        // The problem may have been repaired, and a request waits to know.
                        () = self.progress.request_after(environment_id, requests), if !waiting_helps => {}
                    }
                    pause = (pause * 2).min(BACK_OFF.1);
                }
            }
        }
        // Another process may have finished what this one recorded.
        self.compiled.forget(environment_id);
        self.release(lease).await;
    }

    /// Returns a lease that is not acquired yet.
    fn lease<'a>(&'a self, environment_id: &'a str) -> Lease<'a> {
        Lease::new(&self.store, self.clock.as_ref(), environment_id, &self.owner)
    }

    async fn release(&self, lease: Lease<'_>) {
        if let Err(error) = lease.release().await {
            tracing::debug!(%error, "a lease was not released; it will expire");
        }
    }

    async fn step(&self, environment_id: &str, lease: &mut Lease<'_>) -> Result<Step, PublishError> {
        if self.next_work(environment_id).await?.is_none() {
            return Ok(Step::Idle);
        }
        if !lease.renew().await? {
            return Ok(Step::LeasedElsewhere);
        }
        // Another process may have done the work before this one got the lease.
        match self.next_work(environment_id).await? {
            Some((name, Work::Upload)) => {
                let pending = self.store.read().await?.pending(environment_id).await?;
                // Another process may have superseded it.
                let Some(version) = pending else { return Ok(Step::Continue) };
                self.upload(environment_id, &name, &version, lease).await
            }
            Some((name, Work::Record)) => self.record_next(environment_id, &name, lease).await,
            None => Ok(Step::Idle),
        }
    }

    async fn next_work(&self, environment_id: &str) -> Result<Option<(EnvironmentName, Work)>, PublishError> {
        let mut tx = self.store.read().await?;
        let Some((name, state)) = tx.publish_state(environment_id).await? else { return Ok(None) };
        let pending = tx.pending_number(environment_id).await?;
        let live = if state.held_at.is_some() { tx.live_version(environment_id).await? } else { None };
        let held_back = live.and_then(|live| Some((live.restored?, live.changes)));
        self.progress.record_published(environment_id, state.published, held_back);
        let work = match pending {
            Some(_) => Work::Upload,
            None if state.held_at.is_some() || state.due <= state.published => return Ok(None),
            None => Work::Record,
        };
        Ok(Some((name, work)))
    }
}

/// Pauses, or returns at once when the publisher stops.
async fn pause_unless_stopping(stopping: &mut watch::Receiver<bool>, pause: Duration) {
    tokio::select! {
        () = sleep(pause) => {}
        _ = stopping.changed() => {}
    }
}
