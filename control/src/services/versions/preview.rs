//! Previews of a publish.

use edgewise_api::resources::Preview;
use edgewise_caller::Principal;
use serde_json::value::RawValue;

use super::{difference::Difference, error::Result};
use crate::services::{blocking::on_blocking_thread, error::internal, work::Services};

impl Services {
    /// Returns the snapshot that a publish would make live now, and its differences from the live one. Nothing is written.
    ///
    /// # Errors
    /// 404 if there is no such environment, 422 if its content cannot be published.
    pub async fn preview(&self, principal: &Principal, environment_id: &str) -> Result<Preview> {
        let Difference { diff, after, .. } = self.unpublished(principal, environment_id).await?;
        let snapshot = on_blocking_thread(move || RawValue::from_string(after)).await?;
        Ok(Preview { snapshot: snapshot.map_err(internal)?, diff })
    }
}
