//! The publication state of an environment, and its versions by number.

use edgewise_api::EnvironmentName;

use super::error::Result;
use crate::services::error::not_found;
use crate::store::{PublishState, Tx, Version};

pub(super) async fn publish_state(
    tx: &mut Tx,
    environment_id: &str,
) -> Result<(EnvironmentName, PublishState)> {
    Ok(tx.publish_state(environment_id).await?.ok_or_else(|| not_found("environment", environment_id))?)
}

/// Returns the version with the number of a path.
///
/// # Errors
/// 404 if there is no such version.
pub(super) async fn version_numbered(tx: &mut Tx, environment_id: &str, number: &str) -> Result<Version> {
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let known = match number.parse() {
        Ok(number) if digits => tx.version(environment_id, number).await?,
        _ => None,
    };
    Ok(known.ok_or_else(|| not_found("version", number))?)
}
