//! Taking all steps.

use edgewise_api::{ApiError, page::PageRequest};

use super::{clock::PastClock, made::Made, step::Step};
use crate::services::{Result, Services};

/// What is done, the earliest first.
const STEPS: &str = include_str!("steps.json");

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

fn unreadable(error: &serde_json::Error) -> ApiError {
    ApiError { status: 500, message: format!("the example data cannot be read: {error}") }
}
