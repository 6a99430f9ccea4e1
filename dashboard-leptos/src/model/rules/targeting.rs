//! Editable targeting rules.

use std::collections::BTreeMap;

use edgewise_api::{ApiError, FieldPath, field::FieldStep, resources::Rule};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::condition::{Condition, UNSUPPORTED};
use crate::model::{Kept, raw};

/// The maximum number of alternatives that a description of many names.
const MAX_DESCRIBED: usize = 6;

/// The name of a rule's list of conditions.
const CONDITIONS: &str = "conditions";

/// Editable targeting rules: alternatives, of which one must match. Without alternatives, the rules match everyone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rules {
    alternatives: Vec<Alternative>,
    /// The last id that was assigned.
    ids: u32,
    /// The JSON of all rules, if it is not a list. Replaced when an alternative is added.
    raw: Option<String>,
}

/// A rule: conditions that must all match.
#[derive(Clone, Debug, PartialEq)]
struct Alternative {
    id: u32,
    conditions: Vec<Condition>,
    /// The rule's JSON, if it cannot be edited.
    raw: Option<String>,
}

impl Rules {
    /// Reads the rules of an experiment or audience.
    pub(crate) fn from_json(rules: &RawValue) -> Self {
        let mut read = Self::default();
        match serde_json::from_str::<Option<Vec<&RawValue>>>(rules.get()) {
            Ok(list) => {
                for rule in list.unwrap_or_default() {
                    let alternative = read.alternative(rule.get());
                    read.alternatives.push(alternative);
                }
            }
            Err(_) => read.raw = Some(rules.get().to_owned()),
        }
        read
    }

    fn alternative(&mut self, json: &str) -> Alternative {
        let id = self.next_id();
        match conditions(json) {
            Some(list) => {
                let conditions =
                    list.into_iter().map(|json| Condition::from_json(self.next_id(), json)).collect();
                Alternative { id, conditions, raw: None }
            }
            None => Alternative { id, conditions: Vec::new(), raw: Some(json.to_owned()) },
        }
    }

    fn next_id(&mut self) -> u32 {
        self.ids += 1;
        self.ids
    }

    /// Reads rules that [`to_text`](Self::to_text) wrote. There are none if the text has another form.
    #[cfg(test)]
    pub(crate) fn from_text(text: &str) -> Self {
        Self::read(text).unwrap_or_default()
    }

    /// Returns the rules as JSON, finished or not. Rules that were read are written byte for byte.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns whether rules are written alike. (Equal rules have the same ids, too.)
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.to_text() == other.to_text()
    }

    /// Returns the rules as a request has them. `field` is the path of the rules.
    ///
    /// # Errors
    /// Returns the first problem.
    pub(crate) fn request(&self, field: &FieldPath) -> Result<Vec<Rule>, ApiError> {
        if let Some(problem) = self.problem(field) {
            return Err(problem);
        }
        let rule = |alternative: &Alternative| Rule {
            conditions: alternative.conditions.iter().filter_map(Condition::request).collect(),
        };
        Ok(self.alternatives.iter().map(rule).collect())
    }

    /// Describes the users whom the rules match.
    pub(crate) fn describe(&self) -> String {
        if self.alternatives.is_empty() {
            return if self.raw.is_some() {
                "users matched by rules in an unknown format"
            } else {
                "everyone"
            }
            .to_owned();
        }
        // A few more are described instead of counted.
        let is_long = self.alternatives.len() > 2 * MAX_DESCRIBED;
        let described = if is_long { MAX_DESCRIBED } else { self.alternatives.len() };
        let words: Vec<String> =
            self.alternatives.iter().take(described).map(Alternative::describe).collect();
        let words = words.join("; or ");
        let more = self.alternatives.len() - described;
        if more > 0 { format!("{words}; and {more} more alternatives") } else { words }
    }

    /// Describes the users whom an alternative matches.
    pub(crate) fn describe_alternative(&self, id: u32) -> String {
        let found = self.alternatives.iter().find(|other| other.id == id);
        found.map(Alternative::describe).unwrap_or_default()
    }

    /// Returns the first problem, with the field's path as the server names it: `rules[0].conditions[1].value`. `field` is
    /// the path of the rules themselves.
    pub(crate) fn problem(&self, field: &FieldPath) -> Option<ApiError> {
        if self.alternatives.is_empty() && self.raw.is_some() {
            return Some(ApiError::invalid_field(field.clone(), UNSUPPORTED));
        }
        self.alternatives.iter().enumerate().find_map(|(rule, alternative)| {
            let path = field.clone().at(rule);
            if alternative.raw.is_some() {
                return Some(ApiError::invalid_field(path, UNSUPPORTED));
            }
            alternative.conditions.iter().enumerate().find_map(|(condition, draft)| {
                let (name, problem) = draft.problem()?;
                let path = path.clone().then(CONDITIONS).at(condition);
                let path = name.map_or(path.clone(), |name| path.then(name));
                Some(ApiError::invalid_field(path, problem))
            })
        })
    }

    /// Returns the condition that a field's path points to: `targetingRules[0].conditions[1].value`.
    pub(crate) fn at(&self, field: &FieldPath) -> Option<u32> {
        match field.steps() {
            [_, FieldStep::Index(rule), FieldStep::Name(list), FieldStep::Index(condition), ..]
                if list == CONDITIONS =>
            {
                Some(self.alternatives.get(*rule)?.conditions.get(*condition)?.id)
            }
            _ => None,
        }
    }

    /// Returns whether there are no rules, so that they match everyone.
    pub(crate) fn is_empty(&self) -> bool {
        self.alternatives.is_empty() && self.raw.is_none()
    }

    /// Returns the ids of the alternatives.
    pub(crate) fn alternatives(&self) -> Vec<u32> {
        self.alternatives.iter().map(|alternative| alternative.id).collect()
    }

    /// Returns the ids of an alternative's conditions.
    pub(crate) fn conditions(&self, alternative: u32) -> Vec<u32> {
        let found = self.alternatives.iter().find(|other| other.id == alternative);
        found.map(|found| found.conditions.iter().map(|condition| condition.id).collect()).unwrap_or_default()
    }

    /// Returns the JSON of an alternative that cannot be edited.
    pub(crate) fn raw(&self, alternative: u32) -> Option<String> {
        self.alternatives.iter().find(|other| other.id == alternative)?.raw.clone()
    }

    /// Returns the condition with this id.
    pub(crate) fn condition(&self, id: u32) -> Option<&Condition> {
        self.alternatives
            .iter()
            .flat_map(|alternative| &alternative.conditions)
            .find(|condition| condition.id == id)
    }

    /// Changes the condition with this id.
    pub(crate) fn change(&mut self, id: u32, change: impl FnOnce(&mut Condition)) {
        let mut all = self.alternatives.iter_mut().flat_map(|alternative| &mut alternative.conditions);
        if let Some(condition) = all.find(|condition| condition.id == id) {
            change(condition);
        }
    }

    /// Returns the names of the attributes that conditions use.
    pub(crate) fn attributes(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for condition in self.alternatives.iter().flat_map(|alternative| &alternative.conditions) {
            let name = condition.attribute.trim();
            if !name.is_empty() && !names.iter().any(|other| other == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// Adds an alternative with an empty condition, and returns the condition's id.
    pub(crate) fn add_alternative(&mut self) -> u32 {
        let id = self.next_id();
        self.alternatives.push(Alternative { id, conditions: Vec::new(), raw: None });
        self.add_condition(id)
    }

    /// Adds an empty condition, and returns its id.
    pub(crate) fn add_condition(&mut self, alternative: u32) -> u32 {
        let id = self.next_id();
        if let Some(found) = self.alternatives.iter_mut().find(|other| other.id == alternative) {
            found.conditions.push(Condition::new(id));
        }
        id
    }

    /// Removes a condition. An alternative without conditions would match everyone, so it is removed with its last one.
    pub(crate) fn remove_condition(&mut self, id: u32) {
        self.alternatives.retain_mut(|alternative| {
            let before = alternative.conditions.len();
            alternative.conditions.retain(|condition| condition.id != id);
            !alternative.conditions.is_empty() || before == 0
        });
    }

    /// Removes an alternative with its conditions.
    pub(crate) fn remove_alternative(&mut self, id: u32) {
        self.alternatives.retain(|alternative| alternative.id != id);
    }
}

impl Alternative {
    fn describe(&self) -> String {
        if self.raw.is_some() {
            return "a rule in an unknown format".to_owned();
        }
        if self.conditions.is_empty() {
            return "everyone".to_owned();
        }
        let words: Vec<String> = self.conditions.iter().map(Condition::describe).collect();
        words.join(" and ")
    }
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.raw {
            Some(json) if self.alternatives.is_empty() => raw(json).serialize(serializer),
            _ => self.alternatives.serialize(serializer),
        }
    }
}

impl Kept for Rules {
    fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok().map(Self::from_json)
    }
}

impl Serialize for Alternative {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Unsaved<'a> {
            conditions: &'a [Condition],
        }

        match &self.raw {
            Some(json) => raw(json).serialize(serializer),
            None => Unsaved { conditions: &self.conditions }.serialize(serializer),
        }
    }
}

fn conditions(rule: &str) -> Option<Vec<&RawValue>> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(rule).ok()?;
    serde_json::from_str(members.get(CONDITIONS)?.get()).ok()
}
