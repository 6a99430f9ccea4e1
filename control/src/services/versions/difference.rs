//! Differences between versions.

use edgewise_api::diff::{Diff, diff};
use edgewise_caller::Principal;

use super::{
    error::Result,
    lookup::{publish_state, version_numbered},
};
use crate::services::{blocking::on_blocking_thread, error::internal, work::Services};

/// The difference between two snapshots, with the snapshots.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The difference.
    pub diff: Diff,
    /// The snapshot whose changes the difference lists.
    pub after: String,
    /// The snapshot to compare with. `None` if there is none, so that everything counts as added.
    pub before: Option<String>,
}

impl Services {
    /// Compares a version with another one; by default with the version that was live before it.
    ///
    /// # Errors
    /// 404 if there is no such environment or version.
    pub async fn difference(
        &self,
        principal: &Principal,
        environment_id: &str,
        number: &str,
        against: Option<&str>,
    ) -> Result<Difference> {
        let (after, before) = {
            let mut tx = self.read(principal).await?;
            publish_state(&mut tx, environment_id).await?;
            let after = version_numbered(&mut tx, environment_id, number).await?;
            let before = match against {
                Some(number) => Some(version_numbered(&mut tx, environment_id, number).await?),
                None => tx.newest_published_before(environment_id, after.number).await?,
            };
            (after, before)
        };
        compare(after.snapshot, before.map(|before| before.snapshot)).await
    }

    /// Compares the snapshot that a publish would make live now with the live one. Nothing is written.
    ///
    /// # Errors
    /// 404 if there is no such environment, 422 if its content cannot be published.
    pub async fn unpublished(&self, principal: &Principal, environment_id: &str) -> Result<Difference> {
        let (name, live) = {
            let mut tx = self.read(principal).await?;
            let (name, _) = publish_state(&mut tx, environment_id).await?;
            (name, tx.newest_published(environment_id).await?)
        };
        let snapshot = self.publisher.preview(environment_id, &name).await?;
        compare(snapshot, live.map(|live| live.snapshot)).await
    }
}

async fn compare(after: String, before: Option<String>) -> Result<Difference> {
    let comparing = on_blocking_thread(move || {
        let diff = diff(&after, before.as_deref())?;
        Ok(Difference { diff, after, before })
    });
    Ok(comparing.await?.map_err(|error: serde_json::Error| internal(error))?)
}
