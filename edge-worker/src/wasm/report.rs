//! Sending exposures, after answers.

use worker::{console_warn, worker_sys};

use super::{
    background::beyond_the_answer,
    state::with_isolate,
    store,
    time::{now_ms, pause, within},
};
use crate::exposures::{GATHERING_MS, SENDING_MS, body};

/// Sends what waits, if nobody is at it, in time that the runtime grants this request beyond its answer.
pub(super) fn send_if_due(context: &worker_sys::Context) {
    let due = with_isolate(|isolate| {
        isolate.settings().exposures.is_some() && isolate.exposures_mut().begin_sending(now_ms())
    });
    if due == Some(true) {
        beyond_the_answer(context, send());
    }
}

async fn send() {
    let full = with_isolate(|isolate| isolate.exposures().is_full()).unwrap_or_default();
    if !full {
        pause(GATHERING_MS).await;
    }
    let taken = with_isolate(|isolate| {
        isolate.settings().exposures.clone().map(|to| (to, isolate.exposures_mut().take()))
    });
    let Some((to, batch)) = taken.flatten() else { return };
    let body = body(&batch);
    let sent = within(SENDING_MS, store::post(&to.url, to.token.as_ref(), &body)).await;
    let arrived = match sent {
        Some(Ok(())) => true,
        Some(Err(problem)) => {
            console_warn!("exposures cannot be sent: {problem}");
            false
        }
        None => {
            console_warn!("exposures cannot be sent: no answer within {SENDING_MS} ms");
            false
        }
    };
    with_isolate(|isolate| isolate.exposures_mut().sent(batch, arrived));
}
