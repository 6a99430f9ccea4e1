use std::{
    future,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};
use tokio::time;

/// The timer for the waits for requests on one connection.
///
/// hyper sets a timer for each request, and hardly any of them ever expires. Setting and cancelling a timer of the runtime
/// takes as long as parsing a query. A connection therefore has a single timer of the runtime, and each request only
/// stores its deadline. When the timer expires, it is reset to the current deadline, which is usually later.
///
/// hyper has one time limit for an idle connection and for the head of a request. Here, the limit of the head begins when the
/// first byte of the head arrives.
#[derive(Debug)]
pub(super) struct HeadTimer(Arc<Wait>);

/// The wait of a connection for a request, or for the rest of the head or the body of a request.
#[derive(Debug)]
pub(super) struct Wait {
    idle: Duration,
    head: Duration,
    /// One of the stages below.
    stage: AtomicU8,
    /// Whether the wait is to end before its time limit, so that the connection is closed.
    ended: AtomicBool,
    state: Mutex<State>,
}

/// The connection handles a request, or is new.
const HANDLES: u8 = 0;
/// The connection is idle.
const IDLE: u8 = 1;
/// Bytes have arrived on the idle connection. If they are a whole head, nobody asks for the deadline of the head.
const RECEIVED: u8 = 2;
/// The connection has received a part of a head.
const PART: u8 = 3;
/// The connection has received a head, and waits for the body.
const BODY: u8 = 4;
/// The response is a stream of events.
const STREAMS: u8 = 5;

#[derive(Debug)]
struct State {
    /// The end of the time limit of the current stage. A body has a time limit of its own, so that `until` only says when the
    /// wait for the body began, by the time limit of an idle connection.
    until: time::Instant,
    /// The timer of the runtime, once a request has started it. The timer is never set later than the current deadline.
    armed: Option<Armed>,
    /// The waker of the task that waits for a body.
    receiver: Option<Waker>,
}

/// What a connection waits for. The order is that in which connections make room for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WaitsFor {
    /// A request, or the rest of the head of a request.
    Head,
    /// The body of a request.
    Body,
}

#[derive(Debug)]
struct Armed {
    timer: Pin<Box<time::Sleep>>,
    /// The waker that the timer wakes.
    waker: Waker,
}

/// A future that waits for the end of a wait. Each timer has one such future at a time.
#[derive(Debug)]
struct Deadline {
    /// The end of the time limit of an idle connection.
    idle_until: time::Instant,
    wait: Arc<Wait>,
}

impl HeadTimer {
    /// Creates the timer of a connection. `idle` must be the time limit of the head that hyper is given; `head` is the time limit
    /// of the head from its first byte.
    pub(super) fn new(idle: Duration, head: Duration) -> Self {
        let state = State { until: time::Instant::now() + idle, armed: None, receiver: None };
        let (stage, ended) = (AtomicU8::new(HANDLES), AtomicBool::new(false));
        Self(Arc::new(Wait { idle, head, stage, ended, state: Mutex::new(state) }))
    }

    pub(super) fn wait(&self) -> Arc<Wait> {
        self.0.clone()
    }
}

impl Wait {
    /// Notes that bytes have arrived. Every request takes this note, so it must cost next to nothing.
    pub(super) fn note_bytes(&self) {
        if self.stage() == IDLE {
            self.enter(RECEIVED);
        }
    }

    /// Returns what the connection waits for, and when the connection became idle, or received the first byte of a head, or the
    /// whole head. Returns `None` if the connection handles a request.
    pub(super) fn since(&self) -> Option<(WaitsFor, time::Instant)> {
        let (waits_for, limit) = match self.stage() {
            HANDLES | STREAMS => return None,
            PART => (WaitsFor::Head, self.head),
            BODY => (WaitsFor::Body, self.idle),
            _ => (WaitsFor::Head, self.idle),
        };
        let until = self.state().until;
        Some((waits_for, until.checked_sub(limit).unwrap_or(until)))
    }

    /// Waits for the body of a request. Returns `None` if the wait is ended before the body is complete.
    pub(super) async fn receive<T>(&self, body: impl Future<Output = T>) -> Option<T> {
        self.state().until = time::Instant::now() + self.idle;
        self.enter(BODY);
        let mut body = pin!(body);
        let received = future::poll_fn(|cx| {
            let body = body.as_mut().poll(cx);
            let mut state = self.state();
            if self.is_ended() {
                return Poll::Ready(None);
            }
            match body {
                Poll::Ready(body) => {
                    self.enter(HANDLES);
                    Poll::Ready(Some(body))
                }
                Poll::Pending => {
                    state.receiver = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        });
        received.await
    }

    /// Notes that the response is a stream of events, until the next wait begins.
    pub(super) fn note_stream(&self) {
        self.enter(STREAMS);
    }

    /// Returns whether the response is a stream of events.
    pub(super) fn is_stream(&self) -> bool {
        self.stage() == STREAMS
    }

    /// Returns whether the wait has been ended. A request that arrives nevertheless is to be refused.
    pub(super) fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Ends the wait, so that the connection closes.
    pub(super) fn end(&self) {
        let state = self.state();
        self.ended.store(true, Ordering::Relaxed);
        if let Some(armed) = &state.armed {
            armed.waker.wake_by_ref();
        }
        if let Some(receiver) = &state.receiver {
            receiver.wake_by_ref();
        }
    }

    fn stage(&self) -> u8 {
        self.stage.load(Ordering::Relaxed)
    }

    fn enter(&self, stage: u8) {
        self.stage.store(stage, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.0.enter(IDLE);
        Box::pin(Deadline { idle_until: deadline.into(), wait: self.0.clone() })
    }

    fn now(&self) -> Instant {
        time::Instant::now().into_std()
    }
}

impl Sleep for Deadline {}

impl Future for Deadline {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.wait.state();
        if self.wait.is_ended() {
            return Poll::Ready(());
        }
        match self.wait.stage() {
            PART => {}
            RECEIVED => {
                self.wait.enter(PART);
                state.until = time::Instant::now() + self.wait.head;
            }
            _ => state.until = self.idle_until,
        }
        let until = state.until;
        let Armed { timer, waker } = match &mut state.armed {
            Some(armed) if armed.will_wake(cx.waker(), until) => return Poll::Pending,
            Some(armed) => armed,
            none => {
                none.insert(Armed { timer: Box::pin(time::sleep_until(until)), waker: cx.waker().clone() })
            }
        };
        waker.clone_from(cx.waker());
        // The head of a request may have less time left than an idle connection.
        if timer.deadline() > until {
            timer.as_mut().reset(until);
        }
        // The timer may still be set to the deadline of an earlier request.
        while timer.as_mut().poll(cx).is_ready() {
            if timer.deadline() >= until {
                return Poll::Ready(());
            }
            timer.as_mut().reset(until);
        }
        Poll::Pending
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.wait.enter(HANDLES);
    }
}

impl Armed {
    /// Returns whether the timer needs no change until it expires. Polling the timer would cost more than this check.
    fn will_wake(&self, waker: &Waker, deadline: time::Instant) -> bool {
        !self.timer.is_elapsed() && self.timer.deadline() <= deadline && self.waker.will_wake(waker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE_LIMIT: Duration = Duration::from_secs(75);
    const HEAD_LIMIT: Duration = Duration::from_secs(30);
    const SECOND: Duration = Duration::from_secs(1);

    /// Polls the timer as hyper does while it waits for a head.
    fn is_over(sleep: &mut Pin<Box<dyn Sleep>>) -> bool {
        sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    fn begin(timer: &HeadTimer) -> Pin<Box<dyn Sleep>> {
        timer.sleep_until(timer.now() + IDLE_LIMIT)
    }

    #[tokio::test(start_paused = true)]
    async fn each_wait_for_a_request_has_the_whole_time_limit() {
        let timer = HeadTimer::new(IDLE_LIMIT, HEAD_LIMIT);
        for _ in 0..3 {
            assert!(!is_over(&mut begin(&timer)));
            time::advance(IDLE_LIMIT - SECOND).await;
            let mut sleep = begin(&timer);
            assert!(!is_over(&mut sleep));
            time::advance(IDLE_LIMIT - SECOND).await;
            assert!(!is_over(&mut sleep));
            time::advance(2 * SECOND).await;
            assert!(is_over(&mut sleep));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_own_time_limit_from_its_first_byte() {
        let timer = HeadTimer::new(IDLE_LIMIT, HEAD_LIMIT);
        for waited in [Duration::ZERO, IDLE_LIMIT - SECOND] {
            let mut sleep = begin(&timer);
            assert!(!is_over(&mut sleep));
            time::advance(waited).await;
            timer.wait().note_bytes();
            assert!(!is_over(&mut sleep));
            time::advance(HEAD_LIMIT - SECOND).await;
            timer.wait().note_bytes();
            assert!(!is_over(&mut sleep));
            time::advance(2 * SECOND).await;
            assert!(is_over(&mut sleep));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_bytes_of_a_request_do_not_shorten_the_next_wait() {
        let timer = HeadTimer::new(IDLE_LIMIT, HEAD_LIMIT);
        let mut sleep = begin(&timer);
        assert!(!is_over(&mut sleep));
        timer.wait().note_bytes();
        assert!(!is_over(&mut sleep));
        drop(sleep);
        // The bytes of a body.
        timer.wait().note_bytes();
        let mut sleep = begin(&timer);
        time::advance(IDLE_LIMIT - SECOND).await;
        assert!(!is_over(&mut sleep));
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_task_is_woken_at_the_deadline() {
        let timer = HeadTimer::new(IDLE_LIMIT, HEAD_LIMIT);
        assert!(!is_over(&mut begin(&timer)));
        time::advance(10 * SECOND).await;
        let (began, sleep) = (time::Instant::now(), begin(&timer));
        tokio::spawn(sleep).await.unwrap();
        assert!(began.elapsed() >= IDLE_LIMIT);
        let (began, sleep) = (time::Instant::now(), begin(&timer));
        timer.wait().note_bytes();
        tokio::spawn(sleep).await.unwrap();
        assert!(began.elapsed() >= HEAD_LIMIT && began.elapsed() < IDLE_LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_can_be_ended_and_says_how_long_it_has_lasted() {
        let timer = HeadTimer::new(IDLE_LIMIT, HEAD_LIMIT);
        let wait = timer.wait();
        assert_eq!(wait.since(), None);
        let began = time::Instant::now();
        let mut sleep = begin(&timer);
        assert!(!is_over(&mut sleep));
        time::advance(SECOND).await;
        assert!(!is_over(&mut sleep));
        assert_eq!(wait.since(), Some((WaitsFor::Head, began)));
        wait.note_bytes();
        assert!(!is_over(&mut sleep));
        assert_eq!(wait.since(), Some((WaitsFor::Head, began + SECOND)));
        drop(sleep);
        assert_eq!(wait.since(), None);

        let waiting = tokio::spawn(begin(&timer));
        tokio::task::yield_now().await;
        wait.end();
        waiting.await.unwrap();
        assert!(began.elapsed() < HEAD_LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_for_a_body_can_be_ended() {
        let timer = HeadTimer::new(IDLE_LIMIT, HEAD_LIMIT);
        let wait = timer.wait();
        assert_eq!(wait.receive(future::ready(1)).await, Some(1));
        assert_eq!(wait.since(), None);
        time::advance(SECOND).await;
        let began = time::Instant::now();
        let receiving = tokio::spawn({
            let wait = wait.clone();
            async move { wait.receive(future::pending::<()>()).await }
        });
        tokio::task::yield_now().await;
        assert_eq!(wait.since(), Some((WaitsFor::Body, began)));
        wait.end();
        assert_eq!(receiving.await.unwrap(), None);
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
