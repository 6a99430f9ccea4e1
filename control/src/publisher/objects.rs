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
        Ok(self.get(environment_id, path).await?.as_ref().and_then(pointer))
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

/// Reads a pointer. An invalid pointer counts as absent, and is overwritten.
pub(super) fn pointer(object: &Object) -> Option<Pointer> {
    serde_json::from_slice(&object.bytes).ok()
}
