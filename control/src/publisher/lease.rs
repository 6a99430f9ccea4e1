//! The lease on an environment.

use crate::store::{Store, StoreError, Tx};
use edgewise_caller::Clock;

/// How long a lease lasts: longer than any single call of the object store may take.
const LEASE_MS: i64 = 15_000;
/// A lease that lasts at least this long is not renewed yet.
const AMPLE_MS: i64 = 11_000;

/// The right of one process to publish an environment.
#[derive(Debug)]
pub(super) struct Lease<'a> {
    store: &'a Store,
    clock: &'a dyn Clock,
    environment_id: &'a str,
    owner: &'a str,
    until: i64,
}

impl<'a> Lease<'a> {
    /// Not taken yet.
    pub(super) fn new(
        store: &'a Store,
        clock: &'a dyn Clock,
        environment_id: &'a str,
        owner: &'a str,
    ) -> Self {
        Self { store, clock, environment_id, owner, until: 0 }
    }

    /// Takes the lease, or sees to it that it lasts through the next call. `false` if another has it.
    pub(super) async fn renew(&mut self) -> Result<bool, StoreError> {
        if self.until - self.clock.now_ms() >= AMPLE_MS {
            return Ok(true);
        }
        let mut tx = self.store.write().await?;
        let leased = self.renew_in(&mut tx).await?;
        tx.commit().await?;
        Ok(leased)
    }

    /// The same as part of a transaction, which so happens only under the lease.
    pub(super) async fn renew_in(&mut self, tx: &mut Tx) -> Result<bool, StoreError> {
        let now = self.clock.now_ms();
        let leased = tx.lease(self.environment_id, self.owner, now, now + LEASE_MS).await?;
        self.until = if leased { now + LEASE_MS } else { 0 };
        Ok(leased)
    }

    /// Gives it back, so that another need not wait until it runs out.
    pub(super) async fn release(self) -> Result<(), StoreError> {
        if self.until == 0 {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        tx.release(self.environment_id, self.owner).await?;
        tx.commit().await
    }
}
