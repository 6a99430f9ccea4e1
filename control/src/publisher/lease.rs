//! The lease on an environment.

use super::error::PublishError;
use crate::store::{Store, StoreError, Tx};
use edgewise_caller::Clock;

/// The duration of a lease, in ms.
const LEASE_MS: i64 = 15_000;
/// A lease is renewed if less than this time remains, in ms: longer than the timeout of one call of the object store, so that
/// a lease that is renewed before each call does not end during a call.
const RENEW_BELOW_MS: i64 = 11_000;

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
    /// Creates a lease that is not acquired yet.
    pub(super) fn new(
        store: &'a Store,
        clock: &'a dyn Clock,
        environment_id: &'a str,
        owner: &'a str,
    ) -> Self {
        Self { store, clock, environment_id, owner, until: 0 }
    }

    /// Acquires the lease, or renews it if it could end during the next call of the object store. `false` if another process
    /// holds the lease.
    pub(super) async fn renew(&mut self) -> Result<bool, StoreError> {
        if self.until - self.clock.now_ms() >= RENEW_BELOW_MS {
            return Ok(true);
        }
        let mut tx = self.store.write().await?;
        let leased = self.renew_in(&mut tx).await?;
        tx.commit().await?;
        Ok(leased)
    }

    /// Renews the lease before a call of the object store, if it could end during the call.
    ///
    /// # Errors
    /// [`PublishError::LeaseLost`] if another process holds the lease.
    pub(super) async fn keep(&mut self) -> Result<(), PublishError> {
        if self.renew().await? { Ok(()) } else { Err(PublishError::LeaseLost) }
    }

    /// Acquires or renews the lease as part of a transaction, so that the transaction takes effect only under the lease.
    pub(super) async fn renew_in(&mut self, tx: &mut Tx) -> Result<bool, StoreError> {
        let now = self.clock.now_ms();
        let leased = tx.acquire_lease(self.environment_id, self.owner, now, now + LEASE_MS).await?;
        self.until = if leased { now + LEASE_MS } else { 0 };
        Ok(leased)
    }

    /// Releases the lease, so that other processes need not wait until it expires.
    pub(super) async fn release(self) -> Result<(), StoreError> {
        if self.until == 0 {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        tx.release_lease(self.environment_id, self.owner).await?;
        tx.commit().await
    }
}
