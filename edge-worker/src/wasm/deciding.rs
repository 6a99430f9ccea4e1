//! Deciding a request: what must be looked up or waited for is begun here.

use edgewise_api::ApiError;
use worker::{Env, worker_sys};

use super::{
    background::beyond_the_answer,
    look, report,
    state::with_isolate,
    time::{now_ms, pause},
};
use crate::{
    isolate::{Asked, Step},
    slot::LOOK_LIMIT_MS,
};

/// Most looks have ended by then, so that it pays to ask often.
const SOON_MS: u64 = 50;

pub(super) fn decide(
    asked: Asked<'_>,
    env: &Env,
    context: &worker_sys::Context,
    waited: bool,
) -> Result<Step, ApiError> {
    let decided = with_isolate(|isolate| {
        isolate.decide(asked, now_ms(), waited, |place| begin_look(place, env, context))
    });
    let step = decided.unwrap_or_else(|| Err(ApiError::internal("the worker is not configured")))?;
    report::send_if_due(context);
    Ok(step)
}

pub(super) async fn decide_waiting(
    asked: Asked<'_>,
    env: &Env,
    context: &worker_sys::Context,
) -> Result<Step, ApiError> {
    match decide(asked, env, context, false)? {
        Step::Wait { place, patience_ms } => {
            wait(&[(place, patience_ms)]).await;
            decide(asked, env, context, true)
        }
        answer => Ok(answer),
    }
}

pub(super) fn prepare(place: usize, env: &Env, context: &worker_sys::Context) -> u64 {
    let patience =
        with_isolate(|isolate| isolate.prepare(place, now_ms(), |place| begin_look(place, env, context)));
    patience.unwrap_or_default()
}

/// Looks at the store, in time that the runtime grants this request beyond its answer.
fn begin_look(place: usize, env: &Env, context: &worker_sys::Context) {
    let env = env.clone();
    beyond_the_answer(context, async move { look::look(place, &env).await });
}

/// Waits until the looks at these slots have ended, each for so many milliseconds at most.
pub(super) async fn wait(slots: &[(usize, u64)]) {
    let began = now_ms();
    let waits = |&(place, patience_ms): &(usize, u64)| {
        let now = now_ms();
        let still =
            with_isolate(|isolate| isolate.slots().get(place).map_or(0, |slot| slot.patience_ms(now)));
        now.saturating_sub(began) < patience_ms.min(LOOK_LIMIT_MS) && still.is_some_and(|still| still > 0)
    };
    while slots.iter().any(waits) {
        let soon = now_ms().saturating_sub(began) < SOON_MS;
        pause(if soon { 1 } else { 10 }).await;
    }
}
