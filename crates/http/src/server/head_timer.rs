use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};
use tokio::time;

/// The timer for the heads of the requests on one connection.
///
/// hyper sets a timer for each request, and hardly any of them ever expires. Setting and cancelling a timer of the runtime
/// takes as long as parsing a query. A connection therefore has a single timer of the runtime, and each request only
/// stores its deadline. When the timer expires, it is reset to the current deadline, which is usually later.
#[derive(Debug, Default)]
pub(super) struct HeadTimer(Arc<Alarm>);

/// The timer of the runtime, once a request has started it. The timer is never set later than the current deadline.
#[derive(Debug, Default)]
struct Alarm(Mutex<Option<Armed>>);

#[derive(Debug)]
struct Armed {
    timer: Pin<Box<time::Sleep>>,
    /// The waker that the timer wakes.
    waker: Waker,
}

/// A future that waits for a deadline. Each timer has one such future at a time, each with a later deadline than the one
/// before.
#[derive(Debug)]
struct Deadline {
    at: time::Instant,
    alarm: Arc<Alarm>,
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Deadline { at: deadline.into(), alarm: self.0.clone() })
    }
}

impl Sleep for Deadline {}

impl Future for Deadline {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut alarm = self.alarm.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Armed { timer, waker } = match &mut *alarm {
            Some(armed) if armed.will_wake(cx.waker()) => return Poll::Pending,
            Some(armed) => armed,
            none => {
                none.insert(Armed { timer: Box::pin(time::sleep_until(self.at)), waker: cx.waker().clone() })
            }
        };
        waker.clone_from(cx.waker());
        // The timer may still be set to the deadline of an earlier request.
        while timer.as_mut().poll(cx).is_ready() {
            if timer.deadline() >= self.at {
                return Poll::Ready(());
            }
            timer.as_mut().reset(self.at);
        }
        Poll::Pending
    }
}

impl Armed {
    /// Returns whether the timer needs no change until it expires. Polling the timer would cost more than this check.
    fn will_wake(&self, waker: &Waker) -> bool {
        !self.timer.is_elapsed() && self.waker.will_wake(waker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    /// Polls the timer as hyper does while it waits for a head.
    fn is_over(sleep: &mut Pin<Box<dyn Sleep>>) -> bool {
        sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    fn begin(timer: &HeadTimer) -> Pin<Box<dyn Sleep>> {
        timer.sleep_until(time::Instant::now().into_std() + LIMIT)
    }

    #[tokio::test(start_paused = true)]
    async fn each_request_has_the_whole_time_limit() {
        let timer = HeadTimer::default();
        for _ in 0..3 {
            assert!(!is_over(&mut begin(&timer)));
            time::advance(LIMIT - Duration::from_secs(1)).await;
            let mut sleep = begin(&timer);
            assert!(!is_over(&mut sleep));
            time::advance(LIMIT - Duration::from_secs(1)).await;
            assert!(!is_over(&mut sleep));
            time::advance(Duration::from_secs(2)).await;
            assert!(is_over(&mut sleep));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_task_is_woken_at_the_deadline() {
        let timer = HeadTimer::default();
        assert!(!is_over(&mut begin(&timer)));
        time::advance(Duration::from_secs(10)).await;
        let (began, sleep) = (time::Instant::now(), begin(&timer));
        tokio::spawn(sleep).await.unwrap();
        assert!(began.elapsed() >= LIMIT);
    }
}
