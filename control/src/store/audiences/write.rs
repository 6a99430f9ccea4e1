//! Writing audiences.

use edgewise_api::resources::AudienceCreate;
use sqlx::query;

use crate::store::{Result, Tx};

impl Tx {
    /// Writes a new audience.
    pub async fn insert_audience(
        &mut self,
        id: &str,
        audience: &AudienceCreate,
        rules: &str,
        now: i64,
    ) -> Result<()> {
        query(
            "INSERT INTO audience (id, environment_id, name, rules, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $5)",
        )
        .bind(id)
        .bind(&audience.environment_id)
        .bind(&audience.name)
        .bind(rules)
        .bind(now)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Changes an audience, and raises its revision and that of the experiments that show it. What is `None` stays.
    pub async fn update_audience(
        &mut self,
        id: &str,
        name: Option<&str>,
        rules: Option<&str>,
        now: i64,
    ) -> Result<()> {
        query(
            "UPDATE audience SET name = COALESCE($2, name), rules = COALESCE($3, rules), updated_at = $4, \
             revision = revision + 1 WHERE id = $1",
        )
        .bind(id)
        .bind(name)
        .bind(rules)
        .bind(now)
        .execute(&mut self.sql)
        .await?;
        query("UPDATE experiment SET revision = revision + 1 WHERE audience_id = $1")
            .bind(id)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// Deletes an audience, after detaching it from its experiments.
    pub async fn delete_audience(&mut self, id: &str) -> Result<()> {
        query("UPDATE experiment SET audience_id = NULL, revision = revision + 1 WHERE audience_id = $1")
            .bind(id)
            .execute(&mut self.sql)
            .await?;
        query("DELETE FROM audience WHERE id = $1").bind(id).execute(&mut self.sql).await?;
        Ok(())
    }
}
