//! Columns of rows as values.

use edgewise_api::Revisioned;
use edgewise_caller::iso8601;
use serde_json::value::RawValue;
use sqlx::{Error, Result, Row as _, any::AnyRow};

/// Reads a value and its column `revision`.
///
/// # Errors
/// If a column is missing or holds something else.
pub fn revisioned<T>(row: &AnyRow, read: impl FnOnce(&AnyRow) -> Result<T>) -> Result<Revisioned<T>> {
    Ok(Revisioned { revision: row.try_get("revision")?, value: read(row)? })
}

/// Reads a time, kept in milliseconds since 1970, as clients see it.
///
/// # Errors
/// If the column is missing or holds no number.
pub fn time(row: &AnyRow, column: &str) -> Result<String> {
    row.try_get(column).map(iso8601)
}

/// Reads JSON text as it was written.
///
/// # Errors
/// If the column is missing or holds no JSON.
pub fn json(row: &AnyRow, column: &str) -> Result<Option<Box<RawValue>>> {
    let text: Option<String> = row.try_get(column)?;
    text.map(RawValue::from_string)
        .transpose()
        .map_err(|error| Error::ColumnDecode { index: column.to_owned(), source: error.into() })
}

/// Unwraps a value of a column.
///
/// # Errors
/// If there is none: the column holds a value that this program does not know.
pub fn required<T>(value: Option<T>, column: &str) -> Result<T> {
    value.ok_or_else(|| Error::ColumnDecode { index: column.to_owned(), source: "unknown value".into() })
}
