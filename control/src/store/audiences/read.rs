//! Reading audiences.

use edgewise_api::{
    Revisioned,
    resources::{AudienceFilter, AudienceRow},
};
use edgewise_database::rows::revisioned;
use sqlx::{Any, Row as _, any::AnyArguments, query, query::Query};

use super::{filter::matching, row};
use crate::store::{Result, Tx, search::bind_words};

impl Tx {
    /// Returns the audience with this id.
    pub async fn audience(&mut self, id: &str) -> Result<Option<Revisioned<AudienceRow>>> {
        let row =
            query("SELECT * FROM audience WHERE id = $1").bind(id).fetch_optional(&mut self.sql).await?;
        Ok(row.map(|row| revisioned(&row, row::audience)).transpose()?)
    }

    /// Returns all audiences of an environment, newest first. Works on the schema of every release.
    pub async fn all_audiences(&mut self, environment_id: &str) -> Result<Vec<AudienceRow>> {
        let rows = query("SELECT * FROM audience WHERE environment_id = $1 ORDER BY seq DESC")
            .bind(environment_id)
            .fetch_all(&mut self.sql)
            .await?;
        Ok(rows.iter().map(row::audience).collect::<sqlx::Result<_>>()?)
    }

    /// Returns a page of the audiences that match a filter, newest first, and the number of all that match.
    pub async fn audiences(
        &mut self,
        filter: AudienceFilter<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<AudienceRow>, i64)> {
        let matching = |sql: &'static str| -> Query<'_, Any, AnyArguments> {
            bind_words(query(sql).bind(filter.environment_id), filter.search)
        };
        let page =
            concat!("SELECT * FROM audience WHERE ", matching!(), " ORDER BY seq DESC LIMIT $10 OFFSET $11");
        let rows = matching(page).bind(limit).bind(offset).fetch_all(&mut self.sql).await?;
        let total = concat!("SELECT COUNT(*) AS total FROM audience WHERE ", matching!());
        let total = matching(total).fetch_one(&mut self.sql).await?;
        Ok((rows.iter().map(row::audience).collect::<sqlx::Result<_>>()?, total.try_get("total")?))
    }
}
