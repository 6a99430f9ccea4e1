//! The ids in use.

use std::collections::HashSet;

use sqlx::{Row as _, query};

use crate::store::{Result, Tx};

/// The number of ids of a statement.
const CHUNK: usize = 32;

/// Completes a statement with the [`CHUNK`] parameters of a list.
macro_rules! in_list {
    ($($table:literal),+) => {
        concat!("SELECT NULL AS id WHERE 1 = 0" $(, " UNION ALL SELECT id FROM ", $table, " WHERE id IN ($1, $2, $3, $4, \
            $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, \
            $27, $28, $29, $30, $31, $32)")+)
    };
}

impl Tx {
    /// Returns those of the ids that a resource of any environment has.
    pub async fn ids_in_use(&mut self, ids: &[String]) -> Result<HashSet<String>> {
        let mut used = HashSet::new();
        for chunk in ids.chunks(CHUNK) {
            let mut found = query(in_list!("environment", "audience", "experiment", "variant", "allocation"));
            for place in 0..CHUNK {
                found = found.bind(chunk.get(place).map(String::as_str));
            }
            for row in found.fetch_all(&mut self.sql).await? {
                used.insert(row.try_get("id")?);
            }
        }
        Ok(used)
    }
}
