//! Comparing versions, and what the next version would have with what is live.

use edgewise_api::ApiError;

use crate::{
    calls::control::{Difference, Principal, Services, on_blocking_thread},
    model::{Comparison, compare, compare_unpublished},
};

/// Compares the content that the next version would have with the live version.
pub(super) async fn unpublished(
    services: &Services,
    principal: &Principal,
    id: &str,
) -> Result<Comparison, ApiError> {
    let stopped = services.stopped_experiments(principal, id).await?;
    let Difference { diff, after, before } = services.unpublished(principal, id).await?;
    let comparing =
        on_blocking_thread(move || compare_unpublished(&diff, &after, before.as_deref(), &stopped));
    Ok(comparing.await?)
}

/// Compares two versions; without a number to compare with, a version with the one before.
pub(super) async fn compare_versions(
    services: &Services,
    principal: &Principal,
    id: &str,
    version: &str,
    against: Option<&str>,
) -> Result<Comparison, ApiError> {
    comparison(services.difference(principal, id, version, against).await?).await
}

/// Describes a difference. Reading large snapshots takes long.
async fn comparison(difference: Difference) -> Result<Comparison, ApiError> {
    let comparing = on_blocking_thread(move || {
        let Difference { diff, after, before } = difference;
        compare(&diff, &after, before.as_deref())
    });
    Ok(comparing.await?)
}
