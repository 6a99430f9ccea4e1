//! Targeting rules as JSON text for the store.

use edgewise_api::resources::Rule;

use super::error::{self, Result};

pub(super) fn rules_json(rules: &[Rule]) -> Result<String> {
    serde_json::to_string(rules).map_err(error::internal)
}
