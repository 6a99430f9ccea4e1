//! Rows grouped by a key.

use std::collections::HashMap;

pub(super) fn keyed<T>(
    rows: impl Iterator<Item = sqlx::Result<T>>,
    key: impl Fn(&T) -> String,
) -> sqlx::Result<HashMap<String, T>> {
    rows.map(|row| row.map(|row| (key(&row), row))).collect()
}

pub(super) fn grouped<T>(
    rows: impl Iterator<Item = sqlx::Result<T>>,
    key: impl Fn(&T) -> String,
) -> sqlx::Result<HashMap<String, Vec<T>>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for row in rows {
        let row = row?;
        groups.entry(key(&row)).or_default().push(row);
    }
    Ok(groups)
}
