//! Decide requests: makes decisions, begins polls, and waits for polls.

use edgewise_api::ApiError;
use worker::{Env, worker_sys};

use super::{
    background::after_response,
    exposures, polling,
    state::with_isolate,
    time::{now_ms, pause},
};
use crate::{
    isolate::{DecideInput, Step},
    slot::POLL_TIMEOUT_MS,
};

/// Most polls end within this time, so the state is checked often until then.
const FREQUENT_CHECKS_MS: u64 = 50;

pub(super) fn decide(
    input: DecideInput<'_>,
    env: &Env,
    context: &worker_sys::Context,
    waited: bool,
) -> Result<Step, ApiError> {
    let decided = with_isolate(|isolate| {
        isolate.decide(input, now_ms(), waited, |index| begin_poll(index, env, context))
    });
    let step = decided.unwrap_or_else(|| Err(ApiError::internal("the worker is not configured")))?;
    exposures::send_if_due(context);
    Ok(step)
}

pub(super) async fn decide_waiting(
    input: DecideInput<'_>,
    env: &Env,
    context: &worker_sys::Context,
) -> Result<Step, ApiError> {
    match decide(input, env, context, false)? {
        Step::Wait { index, max_wait_ms } => {
            wait(&[(index, max_wait_ms)]).await;
            decide(input, env, context, true)
        }
        respond => Ok(respond),
    }
}

pub(super) fn poll_if_due(index: usize, env: &Env, context: &worker_sys::Context) -> u64 {
    let max_wait =
        with_isolate(|isolate| isolate.poll_if_due(index, now_ms(), |index| begin_poll(index, env, context)));
    max_wait.unwrap_or_default()
}

/// Polls the store after the response to this request.
fn begin_poll(index: usize, env: &Env, context: &worker_sys::Context) {
    let env = env.clone();
    after_response(context, async move { polling::poll(index, &env).await });
}

/// Waits until the polls of these slots have ended. Each slot has a longest wait in milliseconds.
pub(super) async fn wait(slots: &[(usize, u64)]) {
    let began = now_ms();
    let waits = |&(index, max_wait_ms): &(usize, u64)| {
        let now = now_ms();
        let still =
            with_isolate(|isolate| isolate.slots().get(index).map_or(0, |slot| slot.max_wait_ms(now)));
        now.saturating_sub(began) < max_wait_ms.min(POLL_TIMEOUT_MS) && still.is_some_and(|still| still > 0)
    };
    while slots.iter().any(waits) {
        let soon = now_ms().saturating_sub(began) < FREQUENT_CHECKS_MS;
        pause(if soon { 1 } else { 10 }).await;
    }
}
