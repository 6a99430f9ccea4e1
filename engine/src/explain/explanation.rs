use alloc::{borrow::Cow, string::String, vec::Vec};

use serde::Serialize;

use crate::{
    assignment::{EntityId, EntityKind, VariantId},
    json::JsonText,
};

/// The steps of a decision, in order. The last step determined the result.
///
/// Serialized, an explanation is what the explain routes answer:
/// `{"kind", "key", "variant", "reason", "step", "steps": [{"step", "passed", "detail"}]}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation<'a> {
    /// What was decided.
    pub kind: EntityKind,
    /// The key of the experiment.
    pub key: Cow<'a, str>,
    /// The key of the variant, if the user is assigned.
    pub variant: Option<Cow<'a, str>>,
    /// The number of the variant, if the user is assigned.
    #[serde(skip)]
    pub variant_id: Option<VariantId>,
    /// The reason.
    pub reason: Reason,
    /// The step that determined the result.
    pub step: Step,
    /// The steps, up to the step that determined the result. A step that the experiment does not have is left out.
    pub steps: Vec<StepTrace<'a>>,
}

/// A step of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// The rules of the audience.
    Audience,
    /// The experiment's own rules.
    Targeting,
    /// The unit by which the experiment divides users. The step is listed only if the request lacks the unit.
    Unit,
    /// The allocation of the user's bucket to a variant.
    Allocation,
}

/// The reason for a decision, by OpenFeature's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// The user's bucket determined the variant.
    Split,
    /// The user is not assigned.
    Default,
}

impl Reason {
    /// Returns the reason of a decision of an experiment.
    #[must_use]
    pub const fn of(variant: Option<VariantId>) -> Self {
        if variant.is_some() { Self::Split } else { Self::Default }
    }
}

/// A step that was evaluated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepTrace<'a> {
    /// The step.
    pub step: Step,
    /// Whether the user passed the step.
    pub passed: bool,
    /// What the step compared.
    pub detail: Detail<'a>,
}

/// What a step compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Detail<'a> {
    /// Rules, one of which must match.
    Rules {
        /// The rules, in order.
        rules: Vec<RuleTrace<'a>>,
    },
    /// The unit that the request lacks.
    Unit {
        /// Always `None`.
        unit: Option<Cow<'a, str>>,
    },
    /// The bucket and the allocation.
    #[serde(rename_all = "camelCase")]
    Allocation {
        /// The unit that was hashed: the user key.
        unit: Cow<'a, str>,
        /// The bucket, in `0..=9999`.
        bucket: u16,
        /// The first allocated range that contains the bucket.
        range: Option<Range>,
        /// The start of the current step of a ramp, in milliseconds since 1970; `None` without a ramp.
        ramp_at: Option<i64>,
    },
}

/// A range of buckets. Bounds beyond 32 bits are cut to 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Range {
    /// The first bucket.
    pub range_start: i32,
    /// The last bucket, inclusive.
    pub range_end: i32,
}

/// A rule that was evaluated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleTrace<'a> {
    /// Whether all conditions hold.
    pub passed: bool,
    /// The conditions, in order.
    pub conditions: Vec<ConditionTrace<'a>>,
}

/// A condition that was evaluated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConditionTrace<'a> {
    /// The name of the attribute.
    pub attribute: Cow<'a, str>,
    /// The name of the operator.
    pub operator: Cow<'a, str>,
    /// The value of the condition, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<JsonText<'a>>,
    /// The value of the attribute, unless the attribute is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<JsonText<'a>>,
    /// Whether the value is longer than 1 KiB, and `seen` is a string with its beginning: the first 256 characters of a
    /// string, or of the JSON of an array or object. Left out of the JSON if false.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub shortened: bool,
    /// Whether the condition holds.
    pub passed: bool,
}

/// Why a decision cannot be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The ruleset has no such entity.
    #[error("the ruleset has no experiment with number {}: use the numbers of this ruleset", .0.get())]
    Unknown(EntityId),
    /// An earlier version of Edgewise, which did not record rules, published the ruleset; or the ruleset is damaged.
    #[error("the ruleset does not record its rules: publish the environment again")]
    NotTraced,
    /// The explanation would be longer than 32 MiB.
    #[error(
        "the explanation of experiment number {} would be longer than 32 MiB: shorten its lists of values", .0.get()
    )]
    TooLong(EntityId),
}

/// The longest value that is not shortened, in bytes of JSON.
const LONGEST: usize = 1024;
/// The number of characters that remain of a longer value.
const SHORTENED_CHARS: usize = 256;

/// Shortens a long value to a string. Returns whether the value was shortened.
pub(crate) fn shorten(value: JsonText<'_>) -> (JsonText<'_>, bool) {
    if value.get().len() <= LONGEST {
        return (value, false);
    }
    let string: Option<Cow<'_, str>> = serde_json::from_str(value.get()).ok();
    let text = string.as_deref().unwrap_or_else(|| value.get());
    (JsonText::of_string(&text.chars().take(SHORTENED_CHARS).collect::<String>()), true)
}
