//! The steps, as `steps.json` holds them.

use serde::Deserialize;
use serde_json::Value;

const HOUR_MS: f64 = 3_600_000.0;

/// One thing that is done.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    /// How long ago that was.
    hours_ago: f64,
    /// What.
    #[serde(flatten)]
    pub(super) deed: Deed,
}

/// What is done. Things are called by their names and keys.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Deed {
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

/// A variant's key, its first bucket and its last.
#[derive(Debug, Deserialize)]
pub(super) struct Range(pub(super) String, pub(super) u32, pub(super) u32);

impl Step {
    /// How long ago, in ms.
    pub(super) fn ms_ago(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a conversion from a float saturates")]
        let ms = (self.hours_ago * HOUR_MS) as i64;
        ms
    }
}
