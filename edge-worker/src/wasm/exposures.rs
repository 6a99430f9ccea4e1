//! Sending exposures after responses.

use worker::{
    console_warn,
    js_sys::{Date, Math},
    worker_sys,
};

use super::{
    background::after_response,
    state::with_isolate,
    store::{self, Reply},
    time::{now_ms, pause, within},
};
use crate::{
    exposures::{LIFETIME_MS, Outcome, SEND_TIMEOUT_MS, Turn},
    settings::ExposureTarget,
};

/// Sends queued exposures after the response, unless another request will send them.
pub(super) fn send_if_due(context: &worker_sys::Context) {
    let due = with_isolate(|isolate| {
        isolate.settings().exposures.as_ref()?;
        let (exposures, now) = (isolate.exposures_mut(), now_ms());
        Some((exposures.begin(now, LIFETIME_MS), exposures.warning(now), now))
    });
    let Some((turn, warning, now)) = due.flatten() else { return };
    if let Some(dropped) = warning {
        console_warn!("{dropped} exposures were dropped: there was no room, or the receiver refused them");
    }
    if let Some(turn) = turn {
        after_response(context, send(turn, now + LIFETIME_MS));
    }
}

/// Sends batches until nothing is left to do for this request, which ends at `end_ms`.
async fn send(first: Turn, end_ms: u64) {
    let mut turn = Some(first);
    while let Some(current) = turn {
        send_batch(&current).await;
        let now = now_ms();
        turn =
            with_isolate(|isolate| isolate.exposures_mut().begin(now, end_ms.saturating_sub(now))).flatten();
    }
}

async fn send_batch(turn: &Turn) {
    if turn.wait_ms > 0 {
        pause(turn.wait_ms).await;
    }
    let next = with_isolate(|isolate| {
        let target = isolate.settings().exposures.clone()?;
        Some((target, isolate.exposures_mut().take(turn, now_ms())?))
    });
    let Some((target, body)) = next.flatten() else { return };
    let (outcome, problem) = post(&target, &body).await;
    if let Some(problem) = &problem {
        console_warn!("exposures cannot be sent: {problem}");
    }
    let (now, random) = (now_ms(), Math::random());
    with_isolate(|isolate| isolate.exposures_mut().finish(turn, outcome, now, random, problem));
}

/// Posts a batch. The text says why the receiver does not have the batch.
async fn post(target: &ExposureTarget, body: &[u8]) -> (Outcome, Option<String>) {
    const FAILED: Outcome = Outcome::Failed { retry_after_ms: None };
    match within(SEND_TIMEOUT_MS, store::post(&target.url, target.token.as_ref(), body)).await {
        Some(Ok(Reply { status, retry_after })) => {
            let retry_after_ms = retry_after.and_then(|text| retry_after_ms(&text));
            let outcome = Outcome::of_status(status, retry_after_ms);
            let problem = format!("the receiver responded with status {status}");
            (outcome, (outcome != Outcome::Delivered).then_some(problem))
        }
        Some(Err(problem)) => (FAILED, Some(problem)),
        None => (FAILED, Some(format!("no response within {SEND_TIMEOUT_MS} ms"))),
    }
}

/// Returns the pause that the header `retry-after` asks for: a number of seconds, or a date.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a number limits the number"
)]
fn retry_after_ms(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(u64::from(seconds) * 1_000);
    }
    let at_ms = Date::parse(text);
    at_ms.is_finite().then(|| (at_ms as u64).saturating_sub(now_ms()))
}
