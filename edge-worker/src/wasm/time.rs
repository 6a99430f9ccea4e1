//! Clock and timers. The clock stands still while the worker computes; it moves on with I/O.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use worker::{Delay, js_sys::Date};

/// Milliseconds since 1970.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and not before 1970")]
pub(super) fn now_ms() -> u64 {
    Date::now() as u64
}

/// Waits, by a timer of the request that waits.
pub(super) async fn pause(ms: u64) {
    Delay::from(Duration::from_millis(ms)).await;
}

/// What comes of `work`, if it ends within so many milliseconds.
pub(super) async fn within<T>(ms: u64, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut end) = (pin!(work), pin!(pause(ms)));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}
