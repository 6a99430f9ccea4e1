//! Calls of the object store, limited in time.

use edgewise_api::paths::Pointer;
use edgewise_objects::{Condition, Object, Put};
use tokio::time::timeout;

use super::{
    context::Publisher,
    error::{OBJECT_TIMEOUT, Problem},
};

impl Publisher {
    /// The version that a pointer, or a snapshot, of the store names.
    pub(super) async fn pointer(&self, environment_id: &str, path: &str) -> Result<Option<Pointer>, Problem> {
        Ok(self.get(environment_id, path).await?.as_ref().and_then(pointer))
    }

    pub(super) async fn get(&self, environment_id: &str, path: &str) -> Result<Option<Object>, Problem> {
        let _asking = self.progress.asking(environment_id);
        timeout(OBJECT_TIMEOUT, self.objects.get(path)).await.map_or(Err(Problem::Timeout), |read| Ok(read?))
    }

    pub(super) async fn put(
        &self,
        environment_id: &str,
        path: &str,
        bytes: &[u8],
        condition: Condition<'_>,
    ) -> Result<Put, Problem> {
        let _asking = self.progress.asking(environment_id);
        let put = self.objects.put(path, bytes, condition);
        timeout(OBJECT_TIMEOUT, put).await.map_or(Err(Problem::Timeout), |put| Ok(put?))
    }
}

/// What is no pointer counts as none, and is overwritten.
pub(super) fn pointer(object: &Object) -> Option<Pointer> {
    serde_json::from_slice(&object.bytes).ok()
}
