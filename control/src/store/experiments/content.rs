//! Which change of the environment changed last what an experiment decides beside its split: its variants, their payloads, its
//! rules, its audience or the rules of its audience. Compared with the last change that the live version includes, the number
//! says whether the content is live, without reading the content.
//!
//! Each function marks the change that [`Tx::begin_change`] has numbered in this transaction. Names are not content: a
//! snapshot does not contain them.

use sqlx::query;

use crate::store::{Result, Tx};

/// Marks the current change of the environment as the last change of the content of the experiments that meet a condition.
macro_rules! mark {
    ($condition:literal) => {
        concat!(
            "UPDATE experiment SET content_change = \
             (SELECT e.changes FROM environment e WHERE e.id = experiment.environment_id) WHERE ",
            $condition
        )
    };
}

impl Tx {
    /// Marks that variants of an experiment were added.
    pub async fn mark_variants_added(&mut self, id: &str) -> Result<()> {
        query(mark!("id = $1")).bind(id).execute(&mut self.sql).await?;
        Ok(())
    }

    /// Marks that a variant will be deleted.
    pub(in crate::store) async fn mark_variant_deleted(&mut self, variant_id: &str) -> Result<()> {
        query(mark!("id = (SELECT v.experiment_id FROM variant v WHERE v.id = $1)"))
            .bind(variant_id)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// Marks that the payload of a variant will change, unless it is the same.
    pub(in crate::store) async fn mark_payload(
        &mut self,
        variant_id: &str,
        payload: Option<&str>,
    ) -> Result<()> {
        query(mark!(
            "id = (SELECT v.experiment_id FROM variant v WHERE v.id = $1 \
             AND COALESCE(v.payload, 'null') <> COALESCE($2, 'null'))"
        ))
        .bind(variant_id)
        .bind(payload)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Marks that the rules of an experiment will change, unless they are the same.
    pub(in crate::store) async fn mark_rules(&mut self, id: &str, rules: &str) -> Result<()> {
        query(mark!("id = $1 AND COALESCE(targeting_rules, '[]') <> $2"))
            .bind(id)
            .bind(rules)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// Marks that the audience of an experiment will change, unless it is the same. `None` is no audience.
    pub(in crate::store) async fn mark_audience(
        &mut self,
        id: &str,
        audience_id: Option<&str>,
    ) -> Result<()> {
        query(mark!("id = $1 AND COALESCE(audience_id, '') <> COALESCE($2, '')"))
            .bind(id)
            .bind(audience_id)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// Marks that the rules of an audience will change, in all experiments that use it, unless the rules are the same.
    pub(in crate::store) async fn mark_audience_rules(
        &mut self,
        audience_id: &str,
        rules: &str,
    ) -> Result<()> {
        query(mark!(
            "audience_id = $1 AND EXISTS (SELECT a.id FROM audience a WHERE a.id = $1 AND a.rules <> $2)"
        ))
        .bind(audience_id)
        .bind(rules)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Marks that an audience will be deleted, in all experiments that use it.
    pub(in crate::store) async fn mark_audience_deleted(&mut self, audience_id: &str) -> Result<()> {
        query(mark!("audience_id = $1")).bind(audience_id).execute(&mut self.sql).await?;
        Ok(())
    }
}
