//! Calls of the object store, with a timeout.

use edgewise_api::paths::Pointer;
use edgewise_objects::{Condition, Object, Put};
use tokio::time::timeout;

use super::{
    context::Publisher,
    error::{OBJECT_TIMEOUT, PublishError},
};

impl Publisher {
    /// Returns the version that a pointer object or a snapshot names.
    pub(super) async fn pointer(
        &self,
        environment_id: &str,
        path: &str,
    ) -> Result<Option<Pointer>, PublishError> {
        match self.get(environment_id, path).await? {
            Some(object) => Ok(pointer(object).await.1),
            None => Ok(None),
        }
    }

    pub(super) async fn get(&self, environment_id: &str, path: &str) -> Result<Option<Object>, PublishError> {
        let _call = self.progress.store_call(environment_id);
        timeout(OBJECT_TIMEOUT, self.objects.get(path))
            .await
            .map_or(Err(PublishError::Timeout), |read| Ok(read?))
    }

    pub(super) async fn put(
        &self,
        environment_id: &str,
        path: &str,
        bytes: &[u8],
        condition: Condition<'_>,
    ) -> Result<Put, PublishError> {
        let _call = self.progress.store_call(environment_id);
        let put = self.objects.put(path, bytes, condition);
        timeout(OBJECT_TIMEOUT, put).await.map_or(Err(PublishError::Timeout), |put| Ok(put?))
    }
}

/// Reads a pointer, and returns it with the ETag of its object. An invalid pointer counts as absent, and is overwritten.
/// latest.json is a whole snapshot, so reading it may take long.
pub(super) async fn pointer(object: Object) -> (String, Option<Pointer>) {
    let Object { bytes, etag, .. } = object;
    let reading = tokio::task::spawn_blocking(move || serde_json::from_slice(&bytes).ok()).await;
    (etag, reading.ok().flatten())
}
