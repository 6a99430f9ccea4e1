//! Filling a database with the example data.

use edgewise_api::{ApiError, page::PageRequest};
use edgewise_caller::Principal;

use super::{
    clock::PastClock,
    created::{CreatedIds, Result},
    step::Step,
};
use crate::services::Services;

/// The steps, the earliest first.
const STEPS: &str = include_str!("steps.json");

/// Applies all steps, unless an environment exists. Returns whether the steps were applied. `clock` must be the clock of the
/// services; afterwards it shows the current time again.
///
/// # Errors
/// If a step cannot be applied or published.
pub async fn fill(services: &Services, clock: &PastClock) -> Result<bool> {
    let principal = Principal::for_example_data();
    if services.environments(&principal, None, PageRequest::first(1)).await?.pagination.total > 0 {
        return Ok(false);
    }
    let filled = apply_all(services, &principal, clock).await;
    clock.set_back(0);
    filled.map(|()| true)
}

async fn apply_all(services: &Services, principal: &Principal, clock: &PastClock) -> Result<()> {
    let steps: Vec<Step> = serde_json::from_str(STEPS).map_err(|error| unreadable(&error))?;
    let mut created = CreatedIds::default();
    for step in steps {
        clock.set_back(step.ms_ago());
        step.apply(services, principal, &mut created).await?;
    }
    Ok(())
}

fn unreadable(error: &serde_json::Error) -> ApiError {
    ApiError::internal(format!("the example data cannot be read: {error}"))
}
