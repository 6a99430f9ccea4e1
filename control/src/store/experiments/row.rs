//! Rows of experiments, variants and allocations.

use edgewise_api::resources::{Allocation, ExperimentRow, Status, StatusCounts, Variant};
use edgewise_database::rows::{json, required, time};
use sqlx::{Result, Row as _, any::AnyRow};

pub(in crate::store) fn experiment(row: &AnyRow) -> Result<ExperimentRow> {
    Ok(ExperimentRow {
        id: row.try_get("id")?,
        key: row.try_get("key")?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        salt: row.try_get("salt")?,
        status: status(row)?,
        environment_id: row.try_get("environment_id")?,
        audience_id: row.try_get("audience_id")?,
        targeting_rules: json(row, "targeting_rules")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

pub(in crate::store) fn status(row: &AnyRow) -> Result<Status> {
    let status: String = row.try_get("status")?;
    required(Status::from_name(&status), "status")
}

/// Sets the count of the row's status.
pub(in crate::store) fn count(row: &AnyRow, counts: &mut StatusCounts) -> Result<()> {
    counts.set(status(row)?, row.try_get::<i64, _>("total")?.unsigned_abs());
    Ok(())
}

pub(in crate::store) fn variant(row: &AnyRow) -> Result<Variant> {
    Ok(Variant {
        id: row.try_get("id")?,
        key: row.try_get("key")?,
        name: row.try_get("name")?,
        payload: json(row, "payload")?,
        experiment_id: row.try_get("experiment_id")?,
    })
}

pub(in crate::store) fn allocation(row: &AnyRow) -> Result<Allocation> {
    Ok(Allocation {
        id: row.try_get("id")?,
        variant_id: row.try_get("variant_id")?,
        range_start: row.try_get("range_start")?,
        range_end: row.try_get("range_end")?,
        experiment_id: row.try_get("experiment_id")?,
    })
}
