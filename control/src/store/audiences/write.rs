//! Writing audiences.

use edgewise_api::resources::AudienceCreate;
use edgewise_database::rows::changed_one_row;
use sqlx::query;

use crate::store::{Result, Tx, search::of_name};

impl Tx {
    /// Inserts an audience.
    pub async fn insert_audience(
        &mut self,
        id: &str,
        audience: &AudienceCreate,
        rules: &str,
        now: i64,
    ) -> Result<()> {
        query(
            "INSERT INTO audience (id, environment_id, name, search, rules, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $6)",
        )
        .bind(id)
        .bind(&audience.environment_id)
        .bind(&audience.name)
        .bind(of_name(&audience.name))
        .bind(rules)
        .bind(now)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Updates an audience, and raises its revision and the revisions of the experiments that use it. A field that is `None`
    /// stays as it is.
    pub async fn update_audience(
        &mut self,
        id: &str,
        name: Option<&str>,
        rules: Option<&str>,
        now: i64,
    ) -> Result<()> {
        if let Some(rules) = rules {
            self.mark_audience_rules(id, rules).await?;
        }
        let updated = query(
            "UPDATE audience SET name = COALESCE($2, name), rules = COALESCE($3, rules), updated_at = $4, \
             search = COALESCE($5, search), revision = revision + 1 WHERE id = $1",
        )
        .bind(id)
        .bind(name)
        .bind(rules)
        .bind(now)
        .bind(name.map(of_name))
        .execute(&mut self.sql)
        .await?;
        changed_one_row(&updated)?;
        query("UPDATE experiment SET revision = revision + 1 WHERE audience_id = $1")
            .bind(id)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// Detaches an audience from its experiments, and deletes it.
    pub async fn delete_audience(&mut self, id: &str) -> Result<()> {
        self.mark_audience_deleted(id).await?;
        query("UPDATE experiment SET audience_id = NULL, revision = revision + 1 WHERE audience_id = $1")
            .bind(id)
            .execute(&mut self.sql)
            .await?;
        let deleted = query("DELETE FROM audience WHERE id = $1").bind(id).execute(&mut self.sql).await?;
        Ok(changed_one_row(&deleted)?)
    }
}
