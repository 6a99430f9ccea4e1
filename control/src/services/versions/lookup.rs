//! Finding an environment's state and its versions, and comparing them.

use edgewise_api::{
    EnvironmentName,
    diff::{Diff, diff},
};

use crate::services::error::{self, Result, missing};
use crate::store::{PublishState, Tx, Version};

pub(super) async fn state(tx: &mut Tx, environment_id: &str) -> Result<(EnvironmentName, PublishState)> {
    tx.publish_state(environment_id).await?.ok_or_else(|| missing("environment", environment_id))
}

/// The version of a number as it stands in a path.
pub(super) async fn version(tx: &mut Tx, environment_id: &str, number: &str) -> Result<Version> {
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let known = match number.parse() {
        Ok(number) if digits => tx.version(environment_id, number).await?,
        _ => None,
    };
    known.ok_or_else(|| missing("version", number))
}

/// Compares on a thread of its own: large snapshots take a while.
pub(super) async fn compared(after: String, before: Option<String>) -> Result<Diff> {
    let comparing = tokio::task::spawn_blocking(move || diff(&after, before.as_deref()));
    match comparing.await {
        Ok(diff) => diff.map_err(|error| error::internal(&error)),
        Err(error) => Err(error::internal(&error)),
    }
}
