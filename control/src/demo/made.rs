//! The ids of what was made.

use std::collections::HashMap;

use edgewise_api::ApiError;

use crate::services::Result;

/// The ids of what was made, by kind and name: `environment prod`, `experiment checkout-button`, `variant checkout-button blue`.
#[derive(Debug, Default)]
pub(super) struct Made(HashMap<String, String>);

impl Made {
    pub(super) fn remember(&mut self, what: String, id: &str) {
        self.0.insert(what, id.to_owned());
    }

    pub(super) fn id(&self, what: &str) -> Result<&str> {
        let id = self.0.get(what).map(String::as_str);
        id.ok_or_else(|| ApiError { status: 500, message: format!("the example data has no {what}") })
    }
}
