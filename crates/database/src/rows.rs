//! Reading columns of rows, and counting changed rows.

use edgewise_api::Revisioned;
use edgewise_caller::iso8601;
use serde_json::value::RawValue;
use sqlx::{
    Error, Result, Row as _,
    any::{AnyQueryResult, AnyRow},
};

/// Reads a value and its column `revision`.
///
/// # Errors
/// If a column is missing or contains a value of another type.
pub fn revisioned<T>(row: &AnyRow, read: impl FnOnce(&AnyRow) -> Result<T>) -> Result<Revisioned<T>> {
    Ok(Revisioned { revision: row.try_get("revision")?, value: read(row)? })
}

/// Reads a time, stored as milliseconds since 1970, in the format of responses.
///
/// # Errors
/// If the column is missing or does not contain a number.
pub fn time(row: &AnyRow, column: &str) -> Result<String> {
    row.try_get(column).map(iso8601)
}

/// Reads JSON text without changing it.
///
/// # Errors
/// If the column is missing or does not contain JSON.
pub fn json(row: &AnyRow, column: &str) -> Result<Option<Box<RawValue>>> {
    let text: Option<String> = row.try_get(column)?;
    text.map(RawValue::from_string)
        .transpose()
        .map_err(|error| Error::ColumnDecode { index: column.to_owned(), source: error.into() })
}

/// Unwraps a parsed value of a column.
///
/// # Errors
/// If the value is `None`: the column contains a value that this version does not know.
pub fn required<T>(value: Option<T>, column: &str) -> Result<T> {
    value.ok_or_else(|| Error::ColumnDecode { index: column.to_owned(), source: "unknown value".into() })
}

/// Checks that a statement which changes or deletes one row has done so.
///
/// # Errors
/// If the statement found no row, or several.
pub fn changed_one_row(done: &AnyQueryResult) -> Result<()> {
    match done.rows_affected() {
        1 => Ok(()),
        rows => Err(Error::Protocol(format!("a statement for one row changed {rows} rows"))),
    }
}
