use alloc::{borrow::Cow, collections::BTreeMap, vec::Vec};

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{
    assigning::assign_one,
    matching::{Matching, Memo},
    resolving::{Resolved, Resolver},
};
use crate::{
    assignment::{EntityId, EntityKind, VariantId},
    attributes::Attributes,
    bucket::{Bucket, KeyHash, UserKey},
    explain::{
        ConditionTrace, Detail, ExplainError, Explanation, Range, Reason, RuleTrace, Step, StepTrace, shorten,
    },
    json::JsonText,
    request::Request,
    ruleset::{AttributeId, ConditionId, Evaluated, Ruleset, Trace, TraceCondition, TraceSalt},
    wire,
};

impl Ruleset {
    /// Explains the decision of one experiment: evaluates each step, rule and condition with the functions that also
    /// decide, and returns what was seen. [`Ruleset::experiment`] finds an experiment by its key.
    ///
    /// ```
    /// use edgewise_engine::{Context, Request, Ruleset, UserKey, explain::{Reason, Step}};
    ///
    /// let ruleset = Ruleset::from_json(br#"{"version": 1, "environment": "prod", "publishedAt": "2026-01-01T00:00:00.000Z", "experiments": [{
    ///     "id": "e1", "key": "button", "salt": "s1", "audienceRules": [],
    ///     "targetingRules": [{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}]}],
    ///     "variants": [{"id": "v1", "key": "green"}],
    ///     "allocations": [{"variantId": "v1", "rangeStart": 0, "rangeEnd": 9999}]
    /// }]}"#)?;
    /// let experiment = ruleset.experiment("button").ok_or("there is no such experiment")?;
    ///
    /// let free = Context::from_json(r#"{"plan": "free"}"#)?;
    /// let request = Request::new(UserKey::new("user-123")?, &free, 1_767_225_600_000);
    /// let explanation = ruleset.explain(experiment, &request)?;
    /// assert_eq!((explanation.reason, explanation.step), (Reason::Default, Step::Targeting));
    /// assert_eq!(serde_json::to_string(&explanation.steps[0])?, concat!(
    ///     r#"{"step":"targeting","passed":false,"detail":{"rules":[{"passed":false,"conditions":["#,
    ///     r#"{"attribute":"plan","operator":"eq","value":"pro","seen":"free","passed":false}]}]}}"#,
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns [`ExplainError`] if there is no such experiment, if an earlier version of Edgewise published the ruleset,
    /// or if the explanation would be too long.
    pub fn explain<'a, A: Attributes + ?Sized>(
        &'a self,
        entity: EntityId,
        request: &Request<'a, A>,
    ) -> Result<Explanation<'a>, ExplainError> {
        let kind = self.kind(entity).ok_or(ExplainError::Unknown(entity))?;
        let trace = self.trace(entity).ok_or(ExplainError::NotTraced)?;
        if trace.estimated_bytes() > LONGEST_BYTES {
            return Err(ExplainError::TooLong(entity));
        }
        let undecided = if trace.has_undecided() { self.undecided() } else { None };
        let mut explaining = Explaining {
            attributes: request.attributes,
            decided: Evaluator::new(self, request.attributes),
            undecided: undecided.as_ref().map(|ruleset| Evaluator::new(ruleset, request.attributes)),
            shown: BTreeMap::new(),
            steps: Vec::new(),
        };
        let variant_id = match kind {
            EntityKind::Experiment => explaining.experiment(trace, request.user_key),
        };
        let fragments = self.fragments();
        Ok(Explanation {
            kind,
            key: wire::key_of_head(fragments.head(entity)),
            variant: variant_id.map(|variant| wire::key_of_tail(fragments.tail(entity, variant))),
            variant_id,
            reason: Reason::of(variant_id),
            step: explaining.steps.last().map_or(Step::Allocation, |last| last.step),
            steps: explaining.steps,
        })
    }
}

/// The most bytes of an explanation.
const LONGEST_BYTES: u64 = 32 << 20;

/// The evaluation of one entity, step by step.
struct Explaining<'r, 'a, A: ?Sized> {
    attributes: &'a A,
    decided: Evaluator<'r, 'a, A>,
    undecided: Option<Evaluator<'r, 'a, A>>,
    /// The attributes as explanations show them, by name.
    shown: BTreeMap<Cow<'a, str>, Option<Seen<'a>>>,
    steps: Vec<StepTrace<'a>>,
}

/// The value of an attribute as explanations show it, and whether the value is shortened.
type Seen<'a> = (JsonText<'a>, bool);

/// The evaluation of the conditions of a ruleset. Each attribute is resolved once, and each condition is evaluated once.
struct Evaluator<'r, 'a, A: ?Sized> {
    ruleset: &'r Ruleset,
    attributes: &'a A,
    resolver: Resolver<'r>,
    resolved: BTreeMap<AttributeId, Resolved<'a>>,
    results: BTreeMap<ConditionId, bool>,
}

impl<'r, 'a, A: Attributes + ?Sized> Evaluator<'r, 'a, A> {
    fn new(ruleset: &'r Ruleset, attributes: &'a A) -> Self {
        let resolver = Resolver::new(ruleset);
        Self { ruleset, attributes, resolver, resolved: BTreeMap::new(), results: BTreeMap::new() }
    }

    /// Returns whether a condition holds. A condition that the ruleset does not have never holds.
    fn holds(&mut self, condition: ConditionId) -> bool {
        if condition.index() >= self.ruleset.counts().conditions {
            return false;
        }
        if let Some(result) = self.results.get(&condition) {
            return *result;
        }
        let mut memo = Memo::default();
        let result = Matching::of_one(self.ruleset, &mut memo).holds(condition, |attribute| {
            if let Some(resolved) = self.resolved.get(&attribute) {
                return Some(*resolved);
            }
            let resolved = self.resolver.resolve(attribute, self.attributes)?;
            self.resolved.insert(attribute, resolved);
            Some(resolved)
        });
        self.results.insert(condition, result);
        result
    }
}

/// A condition as published.
#[derive(Default, Deserialize)]
struct Published<'a> {
    #[serde(borrow)]
    attribute: Cow<'a, str>,
    #[serde(borrow)]
    operator: Cow<'a, str>,
    #[serde(borrow, default, deserialize_with = "present")]
    value: Option<&'a RawValue>,
}

/// Reads a present value as `Some`, even if the value is `null`.
fn present<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'r, 'a: 'r, A: Attributes + ?Sized> Explaining<'r, 'a, A> {
    /// Evaluates the steps of an experiment. Returns the variant, if the user is assigned.
    fn experiment(&mut self, trace: Trace<'a>, user_key: Option<UserKey<'a>>) -> Option<VariantId> {
        if !self.rules(Step::Audience, trace.audience()) || !self.rules(Step::Targeting, trace.targeting()) {
            return None;
        }
        let Some(user_key) = user_key else {
            self.add(Step::Unit, false, Detail::Unit { unit: None });
            return None;
        };
        let key = KeyHash::of(user_key);
        let (bucket, variant) = match trace.salt {
            TraceSalt::Slot(slot) => assign_one(self.decided.ruleset, key, slot),
            TraceSalt::Text(salt) => (key.bucket_of(salt), None),
        };
        let detail = Detail::Allocation {
            unit: user_key.text(),
            bucket: bucket.get(),
            range: hit(trace, bucket),
            ramp_at: None,
        };
        self.add(Step::Allocation, variant.is_some(), detail);
        variant
    }

    /// Evaluates a list of rules. Returns whether one rule matches, or there are no rules.
    fn rules(
        &mut self,
        step: Step,
        rules: impl Iterator<Item = impl Iterator<Item = TraceCondition<'a>>>,
    ) -> bool {
        let rules: Vec<RuleTrace<'a>> = rules.map(|conditions| self.rule(conditions)).collect();
        if rules.is_empty() {
            return true;
        }
        let passed = rules.iter().any(|rule| rule.passed);
        self.add(step, passed, Detail::Rules { rules });
        passed
    }

    fn rule(&mut self, conditions: impl Iterator<Item = TraceCondition<'a>>) -> RuleTrace<'a> {
        let conditions: Vec<_> = conditions.map(|condition| self.condition(condition)).collect();
        RuleTrace { passed: conditions.iter().all(|condition| condition.passed), conditions }
    }

    fn condition(&mut self, TraceCondition { json, evaluated }: TraceCondition<'a>) -> ConditionTrace<'a> {
        let passed = match evaluated {
            Evaluated::Always => true,
            Evaluated::Never => false,
            Evaluated::Decided(condition) => self.decided.holds(condition),
            Evaluated::Undecided(condition) => {
                self.undecided.as_mut().is_some_and(|undecided| undecided.holds(condition))
            }
        };
        let Published { attribute, operator, value } = serde_json::from_str(json).unwrap_or_default();
        let (seen, shortened) = match self.seen(&attribute) {
            Some((seen, shortened)) => (Some(seen), shortened),
            None => (None, false),
        };
        let value = value.map(|json| JsonText::borrowed(json.get()));
        ConditionTrace { attribute, operator, value, seen, shortened, passed }
    }

    fn seen(&mut self, attribute: &Cow<'a, str>) -> Option<Seen<'a>> {
        if let Some(seen) = self.shown.get(attribute) {
            return seen.clone();
        }
        let seen = self.attributes.shown(attribute).map(shorten);
        self.shown.insert(attribute.clone(), seen.clone());
        seen
    }

    fn add(&mut self, step: Step, passed: bool, detail: Detail<'a>) {
        self.steps.push(StepTrace { step, passed, detail });
    }
}

/// Returns the first allocated range that contains the bucket.
fn hit(trace: Trace<'_>, bucket: Bucket) -> Option<Range> {
    let [range_start, range_end] =
        trace.ranges().find(|[first, last]| (*first..=*last).contains(&i32::from(bucket.get())))?;
    Some(Range { range_start, range_end })
}
