//! Filling in the texts of rows that an earlier release wrote.

use sqlx::{Row as _, query};

use super::text::{of_experiment, of_name};
use crate::store::{Result, Store, Tx};

/// The number of rows of a transaction.
const BATCH: i64 = 500;

/// The statements of a table: rows without a text, and writing a text.
struct Table {
    rows: &'static str,
    update: &'static str,
}

const TABLES: [Table; 3] = [
    Table {
        rows: "SELECT id, name, NULL AS key FROM environment WHERE search IS NULL LIMIT $1",
        update: "UPDATE environment SET search = $2 WHERE id = $1",
    },
    Table {
        rows: "SELECT id, name, NULL AS key FROM audience WHERE search IS NULL LIMIT $1",
        update: "UPDATE audience SET search = $2 WHERE id = $1",
    },
    Table {
        rows: "SELECT id, name, key FROM experiment WHERE search IS NULL LIMIT $1",
        update: "UPDATE experiment SET search = $2 WHERE id = $1",
    },
];

impl Store {
    /// Fills in all texts that are missing.
    ///
    /// # Errors
    /// If the database fails.
    pub(in crate::store) async fn fill_search(&self) -> Result<()> {
        for table in &TABLES {
            loop {
                let mut tx = self.write().await?;
                let filled = tx.fill_batch(table).await?;
                tx.commit().await?;
                if filled < BATCH {
                    break;
                }
            }
        }
        Ok(())
    }
}

impl Tx {
    /// Fills in the texts of some rows, and returns their number.
    async fn fill_batch(&mut self, table: &Table) -> Result<i64> {
        let rows = query(table.rows).bind(BATCH).fetch_all(&mut self.sql).await?;
        let mut filled = 0;
        for row in rows {
            let (id, name): (String, String) = (row.try_get("id")?, row.try_get("name")?);
            let text = match row.try_get::<Option<String>, _>("key")? {
                Some(key) => of_experiment(&name, &key),
                None => of_name(&name),
            };
            // Another process may have deleted the row.
            query(table.update).bind(id).bind(text).execute(&mut self.sql).await?;
            filled += 1;
        }
        Ok(filled)
    }
}
