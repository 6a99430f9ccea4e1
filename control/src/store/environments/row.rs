//! Rows of environments.

use edgewise_api::resources::Environment;
use edgewise_database::rows::time;
use sqlx::{Result, Row as _, any::AnyRow};

pub(in crate::store) fn environment(row: &AnyRow) -> Result<Environment> {
    Ok(Environment {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}
