//! What is live of each experiment, of versions that an earlier release published.

use super::{context::Publisher, error::PublishError, snapshot::live_experiments};

impl Publisher {
    /// Records what is live of each experiment where an earlier release published the live version. An error is only logged:
    /// the next version records it.
    pub(super) async fn list_live_of_earlier_releases(&self) {
        if let Err(error) = self.list_live().await {
            tracing::warn!(%error, "cannot record what is live of each experiment");
        }
    }

    async fn list_live(&self) -> Result<(), PublishError> {
        let environments = self.store.read().await?.environments_without_live_list().await?;
        for environment_id in environments {
            let Some(live) = self.store.read().await?.newest_published(&environment_id).await? else {
                continue;
            };
            let (number, snapshot) = (live.number, live.snapshot);
            let reading = tokio::task::spawn_blocking(move || live_experiments(&snapshot)).await;
            let Ok(Ok(experiments)) = reading else {
                tracing::warn!(environment_id, version = number, "the live version cannot be read");
                continue;
            };
            let mut tx = self.store.write().await?;
            tx.record_live(&environment_id, number, &experiments).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
