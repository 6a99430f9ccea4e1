//! Rows of the database as the values that clients see.

use edgewise_api::resources::{
    Allocation, AudienceRow, Environment, ExperimentRow, Status, StatusCounts, Variant, Version, VersionState,
};
use edgewise_database::rows::{json, required, time};
use sqlx::{Result, Row as _, any::AnyRow};

pub(super) fn environment(row: &AnyRow) -> Result<Environment> {
    Ok(Environment {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

pub(super) fn version_state(row: &AnyRow) -> Result<VersionState> {
    required(VersionState::from_name(row.try_get("state")?), "state")
}

/// A version without its snapshot.
pub(super) fn version(row: &AnyRow) -> Result<Version> {
    let count = |column| row.try_get::<Option<i64>, _>(column).map(|count| count.map(i64::unsigned_abs));
    Ok(Version {
        version: row.try_get::<i64, _>("version")?.unsigned_abs(),
        state: version_state(row)?,
        created_at: time(row, "created_at")?,
        created_by: row.try_get("created_by")?,
        experiments: count("experiments")?,
        restores: count("restores")?,
    })
}

pub(super) fn audience(row: &AnyRow) -> Result<AudienceRow> {
    Ok(AudienceRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        environment_id: row.try_get("environment_id")?,
        rules: required(json(row, "rules")?, "rules")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

pub(super) fn status(row: &AnyRow) -> Result<Status> {
    let status: String = row.try_get("status")?;
    required(Status::from_name(&status), "status")
}

/// How many experiments have a status.
pub(super) fn count(row: &AnyRow, counts: &mut StatusCounts) -> Result<()> {
    counts.set(status(row)?, row.try_get::<i64, _>("total")?.unsigned_abs());
    Ok(())
}

pub(super) fn experiment(row: &AnyRow) -> Result<ExperimentRow> {
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

pub(super) fn variant(row: &AnyRow) -> Result<Variant> {
    Ok(Variant {
        id: row.try_get("id")?,
        key: row.try_get("key")?,
        name: row.try_get("name")?,
        payload: json(row, "payload")?,
        experiment_id: row.try_get("experiment_id")?,
    })
}

pub(super) fn allocation(row: &AnyRow) -> Result<Allocation> {
    Ok(Allocation {
        id: row.try_get("id")?,
        variant_id: row.try_get("variant_id")?,
        range_start: row.try_get("range_start")?,
        range_end: row.try_get("range_end")?,
        experiment_id: row.try_get("experiment_id")?,
    })
}
