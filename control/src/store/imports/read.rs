//! The ids in use.

use std::collections::HashSet;

use sqlx::{Row as _, query};

use crate::store::{Result, Tx};

impl Tx {
    /// Returns the ids of all resources.
    pub async fn all_ids(&mut self) -> Result<HashSet<String>> {
        let rows = query(
            "SELECT id FROM environment UNION ALL SELECT id FROM audience UNION ALL SELECT id FROM experiment \
             UNION ALL SELECT id FROM variant UNION ALL SELECT id FROM allocation",
        )
        .fetch_all(&mut self.sql)
        .await?;
        Ok(rows.iter().map(|row| row.try_get("id")).collect::<sqlx::Result<_>>()?)
    }
}
