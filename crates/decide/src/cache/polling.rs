//! When the cache polls: each environment once per interval, at a time of its own, and after a notification.

use std::{
    pin::pin,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use edgewise_api::EnvironmentName;
use edgewise_engine::murmur3;
use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval, timeout},
};

use super::Cache;
use crate::slot::{CatchingUp, Slot};

/// The maximum number of steps that an interval is divided into. The polls of a step begin together.
const MAX_STEPS: u32 = 100;
/// The minimum duration of a step.
const MIN_STEP: Duration = Duration::from_millis(10);
/// The time between two polls of an environment if nobody else writes to the store.
const ONLY_WRITER_INTERVAL: Duration = Duration::from_secs(60);
/// The time after which a poll counts as slow. A slow poll makes room for other polls.
const SLOW_POLL: Duration = Duration::from_secs(1);

impl Cache {
    /// Polls each known environment once per interval, for ever. The polls are spread over the interval: the name of an
    /// environment determines when the environment is polled. No poll waits for the poll of another environment on which
    /// the store hangs.
    pub async fn poll_forever(self: Arc<Self>) {
        let mut schedule = Schedule::new(self.interval, self.is_only_writer);
        let mut steps = interval(schedule.step());
        steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut polls = JoinSet::new();
        loop {
            tokio::select! {
                _ = steps.tick() => {
                    if schedule.begins_round() {
                        self.round.fetch_add(1, Ordering::Relaxed);
                    }
                    self.begin_polls(|slot| schedule.is_due(slot), &mut polls);
                    schedule.advance();
                }
                Some(_) = polls.join_next() => {}
            }
        }
    }

    /// Polls every known environment once, except for environments with a running poll.
    pub async fn poll(self: &Arc<Self>) {
        let mut polls = JoinSet::new();
        self.round.fetch_add(1, Ordering::Relaxed);
        self.begin_polls(|_| true, &mut polls);
        while polls.join_next().await.is_some() {}
    }

    fn begin_polls(self: &Arc<Self>, is_due: impl Fn(&Slot) -> bool, polls: &mut JoinSet<()>) {
        for slot in self.known.load().values().filter(|slot| is_due(slot)) {
            let (cache, slot) = (self.clone(), slot.clone());
            polls.spawn(async move {
                let Ok(_shared_poll) = slot.polling.try_lock() else { return };
                cache.poll_within(&cache.due_polls, &slot).await;
            });
        }
    }

    /// Polls an environment once the number of concurrent polls allows it. A poll on which the store hangs does not count
    /// for long, because other environments would wait for it.
    async fn poll_within(&self, concurrent: &Semaphore, slot: &Arc<Slot>) {
        let Ok(permit) = concurrent.acquire().await else { return };
        let mut poll = pin!(self.poll_slot(slot));
        if timeout(SLOW_POLL, &mut poll).await.is_err() {
            let slow = self.slow_polls.try_acquire();
            if slow.is_ok() {
                drop(permit);
            }
            poll.await;
        }
    }

    /// Notifies the cache of a new version. Starts a task that loads the version, however long the caller lives, and returns
    /// the task. Returns `None` if the environment was never requested, the version is loaded already, or such a task is
    /// running: an environment has one at a time, however many notifications arrive.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn notify(self: &Arc<Self>, environment: &EnvironmentName, version: u64) -> Option<JoinHandle<()>> {
        let known = self.known.load().get(environment).cloned();
        // The version may be the first one of an environment that was requested before.
        let slot = known.or_else(|| {
            self.unknown.lock().unwrap_or_else(PoisonError::into_inner).peek(environment).cloned()
        })?;
        let catching_up = slot.notify(version)?;
        let cache = self.clone();
        Some(tokio::spawn(async move { cache.catch_up(catching_up).await }))
    }

    async fn catch_up(&self, mut catching_up: CatchingUp) {
        loop {
            let slot = catching_up.slot();
            let version = slot.notified_version();
            {
                // A poll that is running may have begun before the notification, so it does not suffice.
                let _shared_poll = slot.polling.lock().await;
                self.poll_within(&self.notified_polls, slot).await;
            }
            let slot = slot.clone();
            drop(catching_up);
            // A notification that arrived during the poll did not start another task.
            if slot.notified_version() == version {
                return;
            }
            let Some(again) = slot.notify(version) else { return };
            catching_up = again;
        }
    }
}

/// The polling times of environments. An interval is a number of steps, and each environment has one of them.
struct Schedule {
    interval: Duration,
    /// The number of steps in an interval.
    steps: u32,
    /// The number of intervals between two polls of an environment that has no problem.
    intervals: u32,
    /// The number of the current step, below `steps * intervals`.
    now: u32,
}

impl Schedule {
    fn new(interval: Duration, is_only_writer: bool) -> Self {
        let count = |whole: Duration, part: Duration| {
            u32::try_from(whole.as_nanos() / part.as_nanos().max(1)).unwrap_or(u32::MAX)
        };
        let steps = count(interval, MIN_STEP).clamp(1, MAX_STEPS);
        let intervals =
            if is_only_writer { count(ONLY_WRITER_INTERVAL, interval).clamp(1, 10_000) } else { 1 };
        Self { interval, steps, intervals, now: 0 }
    }

    /// Returns the duration of a step.
    fn step(&self) -> Duration {
        self.interval / self.steps
    }

    fn begins_round(&self) -> bool {
        self.now.is_multiple_of(self.steps)
    }

    /// Returns whether an environment is to be polled in the current step.
    fn is_due(&self, slot: &Slot) -> bool {
        let has_place = |steps: u32| self.now % steps == place(&slot.environment, steps);
        has_place(self.steps * self.intervals)
            || (self.intervals > 1 && slot.has_problem() && has_place(self.steps))
    }

    fn advance(&mut self) {
        self.now = (self.now + 1) % (self.steps * self.intervals);
    }
}

/// Returns the step of an environment, below `steps`. The steps of different environments are spread evenly.
fn place(environment: &EnvironmentName, steps: u32) -> u32 {
    murmur3::hash(environment.as_str().as_bytes()) % steps
}
