use alloc::vec::Vec;

use super::{
    interner::Interner,
    order::sorted,
    simple_condition::{Operand, SimpleCondition},
    simplifying::{Compared, Simplified},
};
use crate::{
    operators::Reads,
    rules::{Condition, Rule},
    ruleset::{ConditionId, PredicateId, RuleId},
};

/// The result of compiling a list of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The rules match nobody.
    Never,
    /// The rules match those whom the predicate matches; without a predicate, everyone.
    Matches(Option<PredicateId>),
}

/// The conditions of a list of rules that have been simplified, rule by rule. Compiling a list stops early if the rest of
/// the list cannot change the outcome, so rules and conditions can be missing at the end.
pub(super) type SimplifiedRules = Vec<Vec<Simplified<ConditionId>>>;

/// All conditions of a ruleset, and the rules and predicates built from the conditions.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) compared: Compared,
    pub(super) simple_conditions: Interner<ConditionId, SimpleCondition>,
    /// Lists of conditions, all of which must match.
    pub(super) rules: Interner<RuleId, Vec<ConditionId>>,
    /// Lists of rules, one of which must match.
    pub(super) predicates: Interner<PredicateId, Vec<RuleId>>,
}

impl Conditions {
    /// Compiles a list of rules to a predicate. Adds the conditions that are simplified to `simplified`.
    pub(super) fn predicate(&mut self, rules: &[Rule], simplified: &mut SimplifiedRules) -> Outcome {
        if rules.is_empty() {
            return Outcome::Matches(None);
        }
        let mut ids = Vec::with_capacity(rules.len());
        for rule in rules {
            let mut conditions = Vec::with_capacity(rule.conditions.len());
            let compiled = self.rule(rule, &mut conditions);
            simplified.push(conditions);
            match compiled {
                Some(conditions) if conditions.is_empty() => return Outcome::Matches(None),
                Some(conditions) => ids.push(self.rules.intern(conditions)),
                None => {}
            }
        }
        if ids.is_empty() {
            return Outcome::Never;
        }
        Outcome::Matches(Some(self.predicates.intern(sorted(ids))))
    }

    /// Compiles the conditions of a rule, cheap conditions first. Returns `None` if a condition never matches.
    fn rule(
        &mut self,
        rule: &Rule,
        simplified: &mut Vec<Simplified<ConditionId>>,
    ) -> Option<Vec<ConditionId>> {
        let mut ids = Vec::with_capacity(rule.conditions.len());
        for condition in &rule.conditions {
            let condition = self.condition(condition);
            simplified.push(condition);
            match condition {
                Simplified::Never => return None,
                Simplified::Always => {}
                Simplified::Condition(condition) => ids.push(condition),
            }
        }
        let (costly, mut ids): (Vec<_>, Vec<_>) = sorted(ids).into_iter().partition(|id| self.is_costly(*id));
        ids.extend(costly);
        Some(ids)
    }

    /// Compiles a condition.
    pub(super) fn condition(&mut self, condition: &Condition) -> Simplified<ConditionId> {
        let Some(operator) = condition.operator.known() else { return Simplified::Never };
        match self.compared.simplify(&condition.attribute, operator.meaning(), condition.value.as_ref()) {
            Simplified::Never => Simplified::Never,
            Simplified::Always => Simplified::Always,
            Simplified::Condition(simple) => Simplified::Condition(self.simple_conditions.intern(simple)),
        }
    }

    fn is_costly(&self, condition: ConditionId) -> bool {
        let condition = self.simple_conditions.get(condition);
        condition.is_some_and(|condition| condition.form.test.reads() == Reads::Text)
    }

    /// Returns the rules of a predicate.
    pub(super) fn rules_of(&self, predicate: PredicateId) -> &[RuleId] {
        self.predicates.get(predicate).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the conditions of a rule.
    pub(super) fn conditions_of(&self, rule: RuleId) -> &[ConditionId] {
        self.rules.get(rule).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the rule with these conditions.
    pub(super) fn intern_rule(&mut self, conditions: Vec<ConditionId>) -> RuleId {
        self.rules.intern(conditions)
    }

    /// Returns the number of values that meet a condition, if only certain values meet the condition.
    pub(super) fn indexed_values(&self, condition: ConditionId) -> Option<usize> {
        let SimpleCondition { form, operand, .. } = self.simple_conditions.get(condition)?;
        match operand {
            Operand::Values(values) if !form.negated && form.test.reads() == Reads::Value => {
                Some(values.len())
            }
            _ => None,
        }
    }

    /// Returns the number of conditions.
    pub(super) fn len(&self) -> usize {
        self.simple_conditions.items().len()
    }
}
