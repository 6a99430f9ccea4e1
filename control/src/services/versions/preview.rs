//! What a publish would make live.

use edgewise_api::resources::Preview;
use serde_json::value::RawValue;

use super::lookup::{compared, state};
use crate::services::{
    context::Services,
    error::{self, Result},
};

impl Services {
    /// What a publish would make live now, and how it differs from what is. Nothing is written.
    ///
    /// # Errors
    /// 404 if there is no such environment, 422 if its content cannot be published.
    pub async fn preview(&self, environment_id: &str) -> Result<Preview> {
        let mut tx = self.store.read().await?;
        let (name, _) = state(&mut tx, environment_id).await?;
        let live = tx.newest_published(environment_id).await?;
        drop(tx);
        let snapshot = self.publisher.preview(environment_id, &name).await?;
        let diff = compared(snapshot.clone(), live.map(|live| live.snapshot)).await?;
        let snapshot = RawValue::from_string(snapshot).map_err(|error| error::internal(&error))?;
        Ok(Preview { snapshot, diff })
    }
}
