//! The clock and timers. The clock advances only with I/O, not while the worker computes.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use worker::{Delay, js_sys::Date};

/// Returns the current time, in milliseconds since 1970.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an integer, not before 1970")]
pub(super) fn now_ms() -> u64 {
    Date::now() as u64
}

/// Waits with a timer of the current request.
pub(super) async fn pause(ms: u64) {
    Delay::from(Duration::from_millis(ms)).await;
}

/// Returns the result of `work`, or `None` if `work` does not end within `ms` milliseconds.
pub(super) async fn within<T>(ms: u64, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut end) = (pin!(work), pin!(pause(ms)));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}
