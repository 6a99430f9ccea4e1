use std::collections::HashMap;

use edgewise_api::{
    Revisioned,
    resources::{AudienceCreate, AudienceRow, ExperimentRow, StatusCounts},
};
use edgewise_database::rows::revisioned;
use sqlx::{Row as _, query};

use super::{Result, Tx, rows};

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

    /// The audience of that id.
    pub async fn audience(&mut self, id: &str) -> Result<Option<Revisioned<AudienceRow>>> {
        let row =
            query("SELECT * FROM audience WHERE id = $1").bind(id).fetch_optional(&mut self.sql).await?;
        Ok(row.map(|row| revisioned(&row, rows::audience)).transpose()?)
    }

    /// A page of the audiences, of one environment or of all, newest first; and how many there are.
    pub async fn audiences(
        &mut self,
        environment_id: Option<&str>,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<AudienceRow>, i64)> {
        let rows = query(
            "SELECT * FROM audience WHERE ($1 IS NULL OR environment_id = $1) \
             ORDER BY seq DESC LIMIT $2 OFFSET $3",
        )
        .bind(environment_id)
        .bind(limit)
        .bind(offset)
        .fetch_all(&mut self.sql)
        .await?;
        let total = query("SELECT COUNT(*) AS total FROM audience WHERE ($1 IS NULL OR environment_id = $1)")
            .bind(environment_id)
            .fetch_one(&mut self.sql)
            .await?;
        Ok((rows.iter().map(rows::audience).collect::<sqlx::Result<_>>()?, total.try_get("total")?))
    }

    /// How many experiments of each status use the audiences of a page, by the audience's id. Those that none uses are absent.
    pub async fn uses_of_audiences(
        &mut self,
        environment_id: Option<&str>,
        limit: i64,
        offset: i64,
    ) -> Result<HashMap<String, StatusCounts>> {
        let rows = query(
            "SELECT audience_id, status, COUNT(*) AS total FROM experiment WHERE audience_id IN \
             (SELECT id FROM audience WHERE ($1 IS NULL OR environment_id = $1) \
             ORDER BY seq DESC LIMIT $2 OFFSET $3) GROUP BY audience_id, status",
        )
        .bind(environment_id)
        .bind(limit)
        .bind(offset)
        .fetch_all(&mut self.sql)
        .await?;
        let mut uses: HashMap<String, StatusCounts> = HashMap::new();
        for row in rows {
            let counts = uses.entry(row.try_get("audience_id")?).or_default();
            rows::count(&row, counts)?;
        }
        Ok(uses)
    }

    /// How many experiments of each status use the audience.
    pub async fn count_uses(&mut self, id: &str) -> Result<StatusCounts> {
        let rows =
            query("SELECT status, COUNT(*) AS total FROM experiment WHERE audience_id = $1 GROUP BY status")
                .bind(id)
                .fetch_all(&mut self.sql)
                .await?;
        let mut counts = StatusCounts::default();
        rows.iter().try_for_each(|row| rows::count(row, &mut counts))?;
        Ok(counts)
    }

    /// The experiments that use the audience: running, paused, drafts and archived ones, each newest first.
    pub async fn experiments_of_audience(&mut self, id: &str, limit: i64) -> Result<Vec<ExperimentRow>> {
        let rows = query(
            "SELECT * FROM experiment WHERE audience_id = $1 ORDER BY CASE status WHEN 'RUNNING' THEN 0 \
             WHEN 'PAUSED' THEN 1 WHEN 'DRAFT' THEN 2 ELSE 3 END, seq DESC LIMIT $2",
        )
        .bind(id)
        .bind(limit)
        .fetch_all(&mut self.sql)
        .await?;
        Ok(rows.iter().map(rows::experiment).collect::<sqlx::Result<_>>()?)
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

    /// Whether a running experiment uses the audience.
    pub async fn audience_runs(&mut self, id: &str) -> Result<bool> {
        let row =
            query("SELECT COUNT(*) AS total FROM experiment WHERE audience_id = $1 AND status = 'RUNNING'")
                .bind(id)
                .fetch_one(&mut self.sql)
                .await?;
        Ok(row.try_get::<i64, _>("total")? > 0)
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
