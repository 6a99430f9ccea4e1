//! Rows of audiences.

use edgewise_api::resources::AudienceRow;
use edgewise_database::rows::{json, required, time};
use sqlx::{Result, Row as _, any::AnyRow};

pub(in crate::store) fn audience(row: &AnyRow) -> Result<AudienceRow> {
    Ok(AudienceRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        environment_id: row.try_get("environment_id")?,
        rules: required(json(row, "rules")?, "rules")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}
