//! The ids of created resources.

use std::collections::HashMap;

use edgewise_api::ApiError;

/// The result of a step.
pub(super) type Result<T> = std::result::Result<T, ApiError>;

/// The ids of created resources, by kind and name: `environment prod`, `experiment checkout-button`, `variant checkout-button blue`.
#[derive(Debug, Default)]
pub(super) struct CreatedIds(HashMap<String, String>);

impl CreatedIds {
    pub(super) fn insert(&mut self, name: String, id: &str) {
        self.0.insert(name, id.to_owned());
    }

    pub(super) fn id(&self, name: &str) -> Result<&str> {
        let id = self.0.get(name).map(String::as_str);
        id.ok_or_else(|| ApiError::internal(format!("the example data has no {name}")))
    }
}
