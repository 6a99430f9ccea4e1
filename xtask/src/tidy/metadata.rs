//! What cargo knows of the workspace.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cargo;

/// Returns what `cargo metadata` says of the workspace's own crates.
///
/// # Errors
/// If cargo fails.
pub(super) fn read() -> Result<Value> {
    let mut metadata = cargo::cargo(["metadata", "--no-deps", "--format-version=1"])?;
    let metadata = cargo::output_of(&mut metadata).context("`cargo metadata` failed: run it to see why")?;
    Ok(serde_json::from_str(&metadata)?)
}

/// Returns a field that holds text.
///
/// # Errors
/// If there is no such field.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value.get(field).and_then(Value::as_str).with_context(|| format!("cargo metadata names no `{field}`"))
}

/// Returns a field that holds a list.
///
/// # Errors
/// If there is no such field.
pub(super) fn list<'a>(value: &'a Value, field: &str) -> Result<&'a [Value]> {
    let list = value.get(field).and_then(Value::as_array);
    list.map(Vec::as_slice).with_context(|| format!("cargo metadata lists no `{field}`"))
}
