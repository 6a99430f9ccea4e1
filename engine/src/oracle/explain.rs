//! Recording the steps of the reference evaluator.

use alloc::{borrow::Cow, string::ToString, vec::Vec};

use super::{
    conditions::any_matches,
    context::{Attribute, Context},
    evaluate::evaluate,
};
use crate::{
    assignment::{EntityKind, VariantId},
    bucket::KeyHash,
    explain::{ConditionTrace, Detail, Explanation, Range, RuleTrace, Step, StepTrace, shorten},
    json::JsonText,
    request::Request,
    rules::{Condition, Rule},
    snapshot::Experiment,
};

/// Explains the decision of one experiment, as [`Ruleset::explain`](crate::Ruleset::explain) does.
#[must_use]
pub fn explain<'a>(experiment: &'a Experiment, request: &Request<'a, Context>) -> Explanation<'a> {
    let decision = evaluate(experiment, request);
    let mut steps = Vec::new();
    for (step, rules) in
        [(Step::Audience, &experiment.audience_rules), (Step::Targeting, &experiment.targeting_rules)]
    {
        let is_reached = steps.iter().all(|earlier: &StepTrace<'_>| earlier.passed);
        if is_reached && !rules.is_empty() {
            let traces = rules.iter().map(|rule| trace_rule(rule, request.attributes)).collect();
            let passed = any_matches(rules, request.attributes);
            steps.push(StepTrace { step, passed, detail: Detail::Rules { rules: traces } });
        }
    }
    match decision.step {
        Step::Unit => {
            steps.push(StepTrace { step: Step::Unit, passed: false, detail: Detail::Unit { unit: None } });
        }
        Step::Allocation => steps.extend(allocation(experiment, request, decision.variant)),
        Step::Audience | Step::Targeting => {}
    }
    let variant = decision.variant.and_then(|number| experiment.variants.get(number as usize));
    Explanation {
        kind: EntityKind::Experiment,
        key: Cow::Borrowed(&experiment.key),
        variant: variant.map(|variant| Cow::Borrowed(variant.key.as_str())),
        variant_id: decision.variant.map(VariantId::new),
        reason: decision.reason(),
        step: decision.step,
        steps,
    }
}

fn allocation<'a>(
    experiment: &Experiment,
    request: &Request<'a, Context>,
    variant: Option<u32>,
) -> Option<StepTrace<'a>> {
    let user_key = request.user_key?;
    let bucket = KeyHash::of(user_key).bucket(&experiment.salt);
    let hit = experiment.allocations.iter().find(|allocation| allocation.contains(bucket));
    #[expect(clippy::cast_possible_truncation, reason = "the bound is clamped first")]
    let in_32_bits = |bound: i64| bound.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
    let range = hit
        .map(|hit| Range { range_start: in_32_bits(hit.range_start), range_end: in_32_bits(hit.range_end) });
    let detail = Detail::Allocation { unit: user_key.text(), bucket: bucket.get(), range, ramp_at: None };
    Some(StepTrace { step: Step::Allocation, passed: variant.is_some(), detail })
}

fn trace_rule<'a>(rule: &'a Rule, context: &'a Context) -> RuleTrace<'a> {
    let conditions = rule.conditions.iter().map(|condition| trace_condition(condition, context)).collect();
    RuleTrace { passed: rule.matches(context), conditions }
}

fn trace_condition<'a>(condition: &'a Condition, context: &'a Context) -> ConditionTrace<'a> {
    let seen = context.attribute(&condition.attribute).map(|attribute| match attribute {
        Attribute::Json(value) => shorten(JsonText::shared(value.to_string())),
        Attribute::Length(length) => (JsonText::shared(length.to_string()), false),
    });
    let (seen, shortened) = seen.map_or((None, false), |(seen, shortened)| (Some(seen), shortened));
    ConditionTrace {
        attribute: Cow::Borrowed(&condition.attribute),
        operator: Cow::Borrowed(condition.operator.as_str()),
        value: condition.value.as_ref().map(|value| JsonText::shared(value.to_string())),
        seen,
        shortened,
        passed: condition.matches(context),
    }
}
