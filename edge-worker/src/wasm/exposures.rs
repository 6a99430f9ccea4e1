//! Sending exposures after responses.

use worker::{console_warn, worker_sys};

use super::{
    background::after_response,
    state::with_isolate,
    store,
    time::{now_ms, pause, within},
};
use crate::exposures::{BATCH_DELAY_MS, SEND_TIMEOUT_MS, body};

/// Sends queued exposures after the response, unless another request is sending.
pub(super) fn send_if_due(context: &worker_sys::Context) {
    let due = with_isolate(|isolate| {
        isolate.settings().exposures.is_some() && isolate.exposures_mut().begin_sending(now_ms())
    });
    if due == Some(true) {
        after_response(context, send());
    }
}

async fn send() {
    let full = with_isolate(|isolate| isolate.exposures().is_full()).unwrap_or_default();
    if !full {
        pause(BATCH_DELAY_MS).await;
    }
    let next = with_isolate(|isolate| {
        isolate.settings().exposures.clone().map(|target| (target, isolate.exposures_mut().take_batch()))
    });
    let Some((target, batch)) = next.flatten() else { return };
    let body = body(&batch);
    let sent = within(SEND_TIMEOUT_MS, store::post(&target.url, target.token.as_ref(), &body)).await;
    let delivered = match sent {
        Some(Ok(())) => true,
        Some(Err(problem)) => {
            console_warn!("exposures cannot be sent: {problem}");
            false
        }
        None => {
            console_warn!("exposures cannot be sent: no response within {SEND_TIMEOUT_MS} ms");
            false
        }
    };
    with_isolate(|isolate| isolate.exposures_mut().finish_sending(batch, delivered));
}
