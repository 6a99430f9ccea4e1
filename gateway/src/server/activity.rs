use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::sleep;

/// What a connection does, so that it can be told whether it waits for its client.
///
/// A timer for each request would cost about as much as deciding. This costs a counter for each, and one look now and
/// then for each connection.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// Rises when a request begins, when its answer is made, and when a part of it has been taken by the client.
    steps: AtomicU64,
    answering: AtomicBool,
}

/// Into so many parts the limit is divided: a connection is closed at most one part late.
const PARTS: u32 = 4;

impl Activity {
    /// A request has arrived.
    pub(super) fn begin(&self) {
        self.answering.store(true, Ordering::Relaxed);
        self.note();
    }

    /// Its answer is made.
    pub(super) fn end(&self) {
        self.answering.store(false, Ordering::Relaxed);
        self.note();
    }

    /// Something has gone on.
    pub(super) fn note(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// Is ready when the connection has waited for `limit` for a request to arrive or for its client to take an answer.
    pub(super) async fn waited_in_vain(&self, limit: Duration) {
        let mut quiet_parts = 0;
        let mut before = self.steps.load(Ordering::Relaxed);
        while quiet_parts < PARTS {
            sleep(limit / PARTS).await;
            let now = self.steps.load(Ordering::Relaxed);
            let waits = now == before && !self.answering.load(Ordering::Relaxed);
            quiet_parts = if waits { quiet_parts + 1 } else { 0 };
            before = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, timeout};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_nothing_happens_has_waited_after_the_limit() {
        let began = Instant::now();
        Activity::default().waited_in_vain(LIMIT).await;
        assert!(began.elapsed() >= LIMIT && began.elapsed() <= LIMIT * 5 / 4);
    }

    #[tokio::test(start_paused = true)]
    async fn making_an_answer_is_no_waiting_and_each_step_begins_it_anew() {
        let activity = Activity::default();
        activity.begin();
        assert!(timeout(10 * LIMIT, activity.waited_in_vain(LIMIT)).await.is_err());
        activity.end();
        let going_on = async {
            for _ in 0..10 {
                sleep(LIMIT * 2 / 3).await;
                activity.note();
            }
        };
        tokio::select! {
            () = activity.waited_in_vain(LIMIT) => panic!("it was not quiet"),
            () = going_on => {}
        }
        timeout(2 * LIMIT, activity.waited_in_vain(LIMIT)).await.unwrap();
    }
}
