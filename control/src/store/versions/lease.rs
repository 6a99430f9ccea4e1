//! Leases: the right of one process to publish an environment.

use sqlx::query;

use crate::store::{Result, Tx};

/// The greatest difference between the clocks of two processes that leases allow for.
const CLOCK_SKEW_MS: i64 = 60_000;

impl Tx {
    /// Acquires or renews the lease on an environment until `until`. `false` if another process holds the lease. A lease that
    /// ends implausibly late was acquired before a clock was set back, and counts as expired.
    pub async fn acquire_lease(
        &mut self,
        environment_id: &str,
        owner: &str,
        now: i64,
        until: i64,
    ) -> Result<bool> {
        let taken = query(
            "UPDATE environment SET lease_owner = $2, lease_until = $4 WHERE id = $1 \
             AND (lease_owner IS NULL OR lease_owner = $2 OR lease_until <= $3 OR lease_until > $5)",
        )
        .bind(environment_id)
        .bind(owner)
        .bind(now)
        .bind(until)
        .bind(until.saturating_add(CLOCK_SKEW_MS))
        .execute(&mut self.sql)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Releases the lease on an environment. Does nothing if the lease has expired and another process holds it.
    pub async fn release_lease(&mut self, environment_id: &str, owner: &str) -> Result<()> {
        query(
            "UPDATE environment SET lease_owner = NULL, lease_until = 0 WHERE id = $1 AND lease_owner = $2",
        )
        .bind(environment_id)
        .bind(owner)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Releases all leases. Only for a database that no other process can use.
    pub(in crate::store) async fn release_all_leases(&mut self) -> Result<()> {
        query("UPDATE environment SET lease_owner = NULL, lease_until = 0").execute(&mut self.sql).await?;
        Ok(())
    }
}
