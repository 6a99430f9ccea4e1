//! The variants of an experiment.

use edgewise_api::resources::{Variant, VariantPatch};
use edgewise_database::rows::changed_one_row;
use serde_json::value::RawValue;
use sqlx::query;

use super::row;
use crate::store::{Result, Tx};

impl Tx {
    /// Returns the variants of an experiment, in the order they were created.
    pub async fn variants(&mut self, experiment_id: &str) -> Result<Vec<Variant>> {
        let rows = query("SELECT * FROM variant WHERE experiment_id = $1 ORDER BY seq")
            .bind(experiment_id)
            .fetch_all(&mut self.sql)
            .await?;
        Ok(rows.iter().map(row::variant).collect::<sqlx::Result<_>>()?)
    }

    /// Returns the variant with this id, if it belongs to the experiment.
    pub async fn variant(&mut self, experiment_id: &str, id: &str) -> Result<Option<Variant>> {
        let row = query("SELECT * FROM variant WHERE id = $1 AND experiment_id = $2")
            .bind(id)
            .bind(experiment_id)
            .fetch_optional(&mut self.sql)
            .await?;
        Ok(row.map(|row| row::variant(&row)).transpose()?)
    }

    /// Inserts a variant of a new experiment. Into an experiment that exists, [`Tx::mark_variants_added`] belongs to it.
    pub async fn insert_variant(&mut self, variant: &Variant) -> Result<()> {
        query("INSERT INTO variant (id, experiment_id, key, name, payload) VALUES ($1, $2, $3, $4, $5)")
            .bind(&variant.id)
            .bind(&variant.experiment_id)
            .bind(&variant.key)
            .bind(&variant.name)
            .bind(variant.payload.as_deref().map(RawValue::get))
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// Updates a variant.
    pub async fn update_variant(&mut self, id: &str, patch: &VariantPatch) -> Result<()> {
        if let Some(name) = &patch.name {
            let renamed = query("UPDATE variant SET name = $2 WHERE id = $1")
                .bind(id)
                .bind(name)
                .execute(&mut self.sql)
                .await?;
            changed_one_row(&renamed)?;
        }
        if let Some(payload) = &patch.payload {
            let payload = payload.as_deref().map(RawValue::get);
            self.mark_payload(id, payload).await?;
            let updated = query("UPDATE variant SET payload = $2 WHERE id = $1")
                .bind(id)
                .bind(payload)
                .execute(&mut self.sql)
                .await?;
            changed_one_row(&updated)?;
        }
        Ok(())
    }

    /// Deletes a variant and its allocations.
    pub async fn delete_variant(&mut self, id: &str) -> Result<()> {
        self.mark_variant_deleted(id).await?;
        query("DELETE FROM allocation WHERE variant_id = $1").bind(id).execute(&mut self.sql).await?;
        let deleted = query("DELETE FROM variant WHERE id = $1").bind(id).execute(&mut self.sql).await?;
        Ok(changed_one_row(&deleted)?)
    }
}
