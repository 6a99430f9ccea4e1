//! Leases: the right of one process to publish an environment.

use sqlx::query;

use crate::store::{Result, Tx};

/// How far the clocks of two processes may be apart.
const CLOCK_SKEW_MS: i64 = 60_000;

impl Tx {
    /// Takes the right to publish an environment, or renews it, until `until`. `false` if another has it. A lease
    /// that ends later than any could was taken before the clock was put back, and counts as run out.
    pub async fn lease(&mut self, environment_id: &str, owner: &str, now: i64, until: i64) -> Result<bool> {
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

    /// Gives the right to publish back.
    pub async fn release(&mut self, environment_id: &str, owner: &str) -> Result<()> {
        query(
            "UPDATE environment SET lease_owner = NULL, lease_until = 0 WHERE id = $1 AND lease_owner = $2",
        )
        .bind(environment_id)
        .bind(owner)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Takes all leases back, where nobody else can hold any.
    pub(in crate::store) async fn release_all(&mut self) -> Result<()> {
        query("UPDATE environment SET lease_owner = NULL, lease_until = 0").execute(&mut self.sql).await?;
        Ok(())
    }
}
