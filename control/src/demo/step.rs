//! The steps in `steps.json`.

use serde::Deserialize;
use serde_json::Value;

const HOUR_MS: f64 = 3_600_000.0;

/// A step.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    /// How long ago the step happened.
    hours_ago: f64,
    /// The action.
    #[serde(flatten)]
    pub(super) action: Action,
}

/// An action. Resources are referred to by their names and keys.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Action {
    Environment(String),
    Audience { environment: String, name: String, rules: Value },
    Experiment(Box<Experiment>),
    Split { experiment: String, split: Vec<Range> },
    Target { experiment: String, targeting_rules: Value },
    Status { experiment: String, status: String },
    RollBack { environment: String, version: u64 },
    Resume(String),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Experiment {
    pub(super) environment: String,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) audience: Option<String>,
    pub(super) targeting_rules: Option<Value>,
    pub(super) variants: Vec<Value>,
    pub(super) split: Vec<Range>,
}

/// The key of a variant, its first bucket and its last bucket.
#[derive(Debug, Deserialize)]
pub(super) struct Range(pub(super) String, pub(super) u32, pub(super) u32);

impl Step {
    /// Returns how long ago the step happened, in ms.
    pub(super) fn ms_ago(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a conversion from a float saturates")]
        let ms = (self.hours_ago * HOUR_MS) as i64;
        ms
    }
}
