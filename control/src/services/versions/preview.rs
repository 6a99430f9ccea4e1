//! Previews of a publish.

use edgewise_api::resources::Preview;
use serde_json::value::RawValue;

use super::lookup::{compare, publish_state};
use edgewise_caller::Principal;

use crate::services::{
    error::{self, Result},
    work::Services,
};

impl Services {
    /// Returns the snapshot that a publish would make live now, and its differences from the live one. Nothing is written.
    ///
    /// # Errors
    /// 404 if there is no such environment, 422 if its content cannot be published.
    pub async fn preview(&self, principal: &Principal, environment_id: &str) -> Result<Preview> {
        let mut tx = self.read(principal).await?;
        let (name, _) = publish_state(&mut tx, environment_id).await?;
        let live = tx.newest_published(environment_id).await?;
        drop(tx);
        let snapshot = self.publisher.preview(environment_id, &name).await?;
        let diff = compare(snapshot.clone(), live.map(|live| live.snapshot)).await?;
        let snapshot = RawValue::from_string(snapshot).map_err(|error| error::internal(&error))?;
        Ok(Preview { snapshot, diff })
    }
}
