//! The output of `cargo metadata`.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cargo;

/// Returns the metadata of the workspace's crates, without their dependencies' metadata.
///
/// # Errors
/// If cargo fails.
pub(super) fn read() -> Result<Value> {
    let mut metadata = cargo::cargo(["metadata", "--no-deps", "--format-version=1"])?;
    let metadata =
        cargo::output_of(&mut metadata).context("`cargo metadata` failed: run it to see the reason")?;
    Ok(serde_json::from_str(&metadata)?)
}

/// Returns the text in a field.
///
/// # Errors
/// If there is no such field.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value
        .get(field)
        .and_then(Value::as_str)
        .with_context(|| format!("the output of `cargo metadata` has no text `{field}`"))
}

/// Returns the list in a field.
///
/// # Errors
/// If there is no such field.
pub(super) fn list<'a>(value: &'a Value, field: &str) -> Result<&'a [Value]> {
    let list = value.get(field).and_then(Value::as_array);
    list.map(Vec::as_slice).with_context(|| format!("the output of `cargo metadata` has no list `{field}`"))
}
