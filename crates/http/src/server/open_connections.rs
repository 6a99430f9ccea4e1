use std::{
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use slab::Slab;
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

use super::head_timer::{HeadTimer, Wait};
use crate::capacity::Capacity;

/// The number of connections among which one is chosen that makes room for another. Choosing among all of them would take
/// longer than handling a request.
const CANDIDATES: usize = 1024;
/// The largest and the smallest number of connections that are refused with a response at the same time, which is a tenth of
/// the maximum number of connections. Further connections are refused without a response.
const REFUSALS: RangeInclusive<usize> = 16..=100;
/// The number of connections that may be closing, to make room, before another one is admitted.
const CLOSING: usize = 16;
/// The longest wait for connections that are closing.
const CLOSING_TIMEOUT: Duration = Duration::from_millis(10);
/// The time limits of a connection that is refused.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(2);
/// The shortest time between two lines of the log about refused connections.
const REPORT_INTERVAL: Duration = Duration::from_secs(60);

/// The open connections of a server.
#[derive(Debug)]
pub(super) struct OpenConnections {
    capacity: Arc<Capacity>,
    state: Mutex<State>,
    /// Notified when a connection has closed to make room.
    closed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The waits of the connections that count: neither refused, nor about to close to make room.
    open: Slab<Arc<Wait>>,
    /// The place after the last connection that has been looked at.
    hand: usize,
    refusals: usize,
    /// The number of connections that are closing to make room.
    closing: usize,
    reported: Option<Instant>,
}

/// An open connection, which is counted until it is dropped.
#[derive(Debug)]
pub(super) struct OpenConnection {
    all: Arc<OpenConnections>,
    wait: Arc<Wait>,
    /// The place among the open connections, or `None` if the connection is refused.
    place: Option<usize>,
    idle: Duration,
    write: Duration,
}

impl OpenConnections {
    pub(super) fn new(capacity: Arc<Capacity>) -> Arc<Self> {
        Arc::new(Self { capacity, state: Mutex::default(), closed: Notify::new() })
    }

    /// Admits another connection. If there are too many, the connection that has waited longest for a request closes; if none
    /// waits for a request, the one that has waited longest for the body of a request. If none waits, the new connection is to
    /// be refused: with a response, or without one if the result is `None`.
    pub(super) async fn admit(self: &Arc<Self>) -> Option<(OpenConnection, HeadTimer)> {
        let limits = self.capacity.limits();
        let closing = async {
            while self.state().must_wait(limits.connections) {
                self.closed.notified().await;
            }
        };
        // The result makes no difference.
        timeout(CLOSING_TIMEOUT, closing).await.ok();
        let mut state = self.state();
        if state.open.len() >= limits.connections {
            state.make_room();
        }
        let refused = state.open.len() >= limits.connections;
        if refused {
            self.capacity.connections_refused.inc();
            state.report(limits.connections);
            if state.refusals >= (limits.connections / 10).clamp(*REFUSALS.start(), *REFUSALS.end()) {
                return None;
            }
        }
        let bounded = |limit: Duration| if refused { limit.min(REFUSAL_TIMEOUT) } else { limit };
        let (idle, write) = (bounded(limits.idle), bounded(limits.write));
        let timer = HeadTimer::new(idle, bounded(limits.head));
        let wait = timer.wait();
        let place = (!refused).then(|| state.open.insert(wait.clone()));
        state.refusals += usize::from(refused);
        self.capacity.connections.inc();
        Some((OpenConnection { all: self.clone(), wait, place, idle, write }, timer))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns whether another connection has to wait until connections that make room have closed.
    fn must_wait(&self, connections: usize) -> bool {
        self.open.len() >= connections && self.closing >= CLOSING
    }

    /// Closes the connection that has waited longest for a request, or for the rest of the head of a request, or, if there is no
    /// such connection, for the body of a request.
    fn make_room(&mut self) {
        // There have never been more connections than now, so that no place is beyond their number.
        let places = self.open.len();
        let looked_at = (self.hand..self.hand + places.min(CANDIDATES)).map(|place| place % places);
        let waiting = looked_at.filter_map(|place| Some((self.open.get(place)?.since()?, place)));
        let longest = waiting.min();
        self.hand = (self.hand + CANDIDATES) % places.max(1);
        if let Some((_, place)) = longest {
            self.open.remove(place).end();
            self.closing += 1;
        }
    }

    fn report(&mut self, connections: usize) {
        let now = Instant::now();
        if self.reported.is_some_and(|reported| now.duration_since(reported) < REPORT_INTERVAL) {
            return;
        }
        self.reported = Some(now);
        tracing::warn!(
            "refusing connections: all {connections} connections (--max-connections) are handling requests or streams"
        );
    }
}

impl OpenConnection {
    /// Returns whether requests are to be refused: the connection is refused, or is about to make room for another one.
    pub(super) fn is_refused(&self) -> bool {
        self.place.is_none() || self.wait.is_ended()
    }

    /// Returns how long the connection is kept open without a request.
    pub(super) const fn idle(&self) -> Duration {
        self.idle
    }

    /// Returns how long the client may read nothing of a response.
    pub(super) const fn write(&self) -> Duration {
        self.write
    }

    /// Returns the wait of the connection for its requests.
    pub(super) fn wait(&self) -> Arc<Wait> {
        self.wait.clone()
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.all.capacity.connections.dec();
        let mut state = self.all.state();
        match self.place {
            // The connection may have made room for another one, which may have taken its place.
            Some(place) if state.open.get(place).is_some_and(|wait| Arc::ptr_eq(wait, &self.wait)) => {
                state.open.remove(place);
            }
            Some(_) => {
                state.closing -= 1;
                self.all.closed.notify_one();
            }
            None => state.refusals -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use hyper::rt::{Sleep, Timer};
    use tokio::time::advance;

    use super::*;
    use crate::{ConnectionLimits, Metrics};

    /// A connection that waits for a request.
    struct Waiting {
        _open: OpenConnection,
        sleep: std::pin::Pin<Box<dyn Sleep>>,
    }

    impl Waiting {
        fn is_closed(&mut self) -> bool {
            self.sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
        }
    }

    fn connections(most: usize) -> Arc<OpenConnections> {
        let limits = ConnectionLimits { connections: most, ..ConnectionLimits::default() };
        OpenConnections::new(Arc::new(Capacity::new(limits, &Metrics::default())))
    }

    /// Returns a connection that handles a request.
    async fn busy(all: &Arc<OpenConnections>) -> OpenConnection {
        all.admit().await.unwrap().0
    }

    async fn waiting(all: &Arc<OpenConnections>) -> Waiting {
        let (open, timer) = all.admit().await.unwrap();
        assert!(!open.is_refused());
        let mut waiting = Waiting { sleep: timer.sleep(open.idle()), _open: open };
        assert!(!waiting.is_closed());
        waiting
    }

    #[tokio::test(start_paused = true)]
    async fn the_connection_that_has_waited_longest_makes_room() {
        let all = connections(3);
        let mut open = Vec::new();
        for _ in 0..3 {
            open.push(waiting(&all).await);
            advance(Duration::from_secs(1)).await;
        }
        let mut last = waiting(&all).await;
        let closed: Vec<bool> = open.iter_mut().map(Waiting::is_closed).collect();
        assert_eq!(closed, [true, false, false]);
        // Whether a connection that makes room has closed yet makes no difference.
        drop(waiting(&all).await);
        drop(open.remove(0));
        drop(waiting(&all).await);
        assert_eq!(open.iter_mut().map(Waiting::is_closed).collect::<Vec<_>>(), [true, false]);
        assert!(!last.is_closed());
        assert_eq!(all.capacity.connections.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_waits_for_a_body_makes_room_after_those_that_wait_for_a_request() {
        let all = connections(3);
        let mut receiving = Vec::new();
        for _ in 0..2 {
            let open = busy(&all).await;
            receiving.push(tokio::spawn(async move {
                let body = open.wait().receive(std::future::pending::<()>()).await;
                (open, body)
            }));
            tokio::task::yield_now().await;
            advance(Duration::from_secs(1)).await;
        }
        let mut waiting = waiting(&all).await;
        let first = busy(&all).await;
        assert!(!first.is_refused() && waiting.is_closed());
        drop(waiting);
        assert!(!receiving[0].is_finished());
        let second = busy(&all).await;
        let (open, body) = receiving.remove(0).await.unwrap();
        assert!(!second.is_refused() && open.is_refused() && body.is_none());
        assert!(!receiving[0].is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn any_of_many_connections_makes_room() {
        let all = connections(2 * CANDIDATES + 100);
        let mut open = Vec::new();
        for _ in 0..all.capacity.limits().connections + 8 {
            open.push(waiting(&all).await);
        }
        assert_eq!(open.iter_mut().map(|waiting| usize::from(waiting.is_closed())).sum::<usize>(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_refused_while_all_others_handle_requests() {
        let all = connections(2);
        let in_use = [busy(&all).await, busy(&all).await];
        let mut refused = Vec::new();
        for _ in 0..*REFUSALS.start() {
            refused.push(busy(&all).await);
        }
        assert!(refused.iter().all(OpenConnection::is_refused) && refused[0].idle() == REFUSAL_TIMEOUT);
        assert!(all.admit().await.is_none());
        drop(refused);
        assert!(busy(&all).await.is_refused());
        drop(in_use);
        assert!(!busy(&all).await.is_refused());
        assert_eq!(all.capacity.connections.get(), 0);
        assert_eq!(all.capacity.connections_refused.get(), 18);
    }

    #[tokio::test(start_paused = true)]
    async fn few_connections_are_closing_at_the_same_time() {
        let all = connections(2);
        let mut closing = vec![waiting(&all).await, waiting(&all).await];
        let began = Instant::now();
        for _ in 0..CLOSING {
            closing.push(waiting(&all).await);
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        drop(tokio::join!(waiting(&all), async {
            tokio::task::yield_now().await;
            drop(closing.remove(0));
        }));
        assert_eq!(began.elapsed(), Duration::ZERO);
        // A connection that does not close delays the next one, but does not prevent it.
        let _last = waiting(&all).await;
        assert!(began.elapsed() < 2 * CLOSING_TIMEOUT);
    }
}
