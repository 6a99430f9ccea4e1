use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};
use tokio::time;

/// Times how long the client of one connection takes to send a request's head.
///
/// hyper wants a timer for each request, of which hardly any ever goes off. Setting and taking back one of the runtime's
/// each time costs as much as reading a query. So a connection has only one of those, and a request only notes its
/// deadline. When the runtime's timer goes off, the deadline of the day is looked at: usually it is later, and the timer
/// is set to it.
#[derive(Debug, Default)]
pub(super) struct HeadTimer(Arc<Alarm>);

/// The runtime's timer, once there is one. It is never set to later than the current deadline.
#[derive(Debug, Default)]
struct Alarm(Mutex<Option<Armed>>);

#[derive(Debug)]
struct Armed {
    timer: Pin<Box<time::Sleep>>,
    /// Whom the timer wakes.
    waker: Waker,
}

/// Waits until a deadline. Of one timer, one waits at a time, and each has a later deadline than those before.
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
        // Its deadline is one of a request before, or the current one.
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
    /// Whether there is nothing to do until the timer goes off. Asking it would cost more.
    fn will_wake(&self, waker: &Waker) -> bool {
        !self.timer.is_elapsed() && self.waker.will_wake(waker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    /// What hyper does while it waits for a head.
    fn is_over(sleep: &mut Pin<Box<dyn Sleep>>) -> bool {
        sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    fn begin(timer: &HeadTimer) -> Pin<Box<dyn Sleep>> {
        timer.sleep_until(time::Instant::now().into_std() + LIMIT)
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_whole_time_however_long_ago_the_one_before_began() {
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
    async fn who_waits_is_woken_when_the_time_is_over() {
        let timer = HeadTimer::default();
        assert!(!is_over(&mut begin(&timer)));
        time::advance(Duration::from_secs(10)).await;
        let (began, sleep) = (time::Instant::now(), begin(&timer));
        tokio::spawn(sleep).await.unwrap();
        assert!(began.elapsed() >= LIMIT);
    }
}
