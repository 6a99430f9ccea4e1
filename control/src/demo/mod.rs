//! Example data: two environments as a shop would have them, with two weeks of history. It comes from `steps.json`, where each
//! step says how many hours ago it was taken; they are taken through the [`Services`], as people's are.

mod step;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use edgewise_api::{ApiError, page::PageRequest};
use serde_json::Value;

use crate::services::{Result, Services};
use edgewise_caller::{Clock, SystemClock};
use step::Step;

/// What is done, the earliest first.
const STEPS: &str = include_str!("steps.json");

/// The machine's clock, which can be set back.
#[derive(Clone, Debug, Default)]
pub struct PastClock(Arc<AtomicI64>);

impl PastClock {
    fn set_back(&self, ms: i64) {
        self.0.store(ms, Ordering::Relaxed);
    }
}

impl Clock for PastClock {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() - self.0.load(Ordering::Relaxed)
    }
}

/// Takes all steps, unless there is an environment already. Returns whether it did. `clock` must be that of the services; it tells
/// the time again afterwards.
///
/// # Errors
/// If a step cannot be taken, or could not be published.
pub async fn fill(services: &Services, clock: &PastClock) -> Result<bool> {
    if services.environments(PageRequest::first(1)).await?.pagination.total > 0 {
        return Ok(false);
    }
    let filled = take(services, clock).await;
    clock.set_back(0);
    filled.map(|()| true)
}

async fn take(services: &Services, clock: &PastClock) -> Result<()> {
    let steps: Vec<Step> = serde_json::from_str(STEPS).map_err(|error| unreadable(&error))?;
    let mut made = Made::default();
    for step in steps {
        clock.set_back(step.ms_ago());
        step.take(services, &mut made).await?;
    }
    Ok(())
}

/// The ids of what was made, by kind and name: `environment prod`, `experiment checkout-button`, `variant checkout-button blue`.
#[derive(Debug, Default)]
struct Made(HashMap<String, String>);

impl Made {
    fn remember(&mut self, what: String, id: &str) {
        self.0.insert(what, id.to_owned());
    }

    fn id(&self, what: &str) -> Result<&str> {
        let id = self.0.get(what).map(String::as_str);
        id.ok_or_else(|| ApiError { status: 500, message: format!("the example data has no {what}") })
    }
}

fn unreadable(error: &serde_json::Error) -> ApiError {
    ApiError { status: 500, message: format!("the example data cannot be read: {error}") }
}

/// A JSON value as the body of a request.
fn body(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}
